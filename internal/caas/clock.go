package caas

import (
	"context"
	"time"
)

// Clock is the only source of time and of waiting in the provider, so that
// tests can let hours pass in no time.
type Clock interface {
	// Now is the present moment.
	Now() time.Time
	// Sleep waits for d. It returns context.Cause(ctx) when ctx ends first.
	Sleep(ctx context.Context, d time.Duration) error
	// WithTimeout returns a context that ends, with the cause
	// context.DeadlineExceeded, once d has passed on this clock.
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// SystemClock is real time.
type SystemClock struct{}

var _ Clock = SystemClock{}

// Now implements [Clock].
func (SystemClock) Now() time.Time { return time.Now() }

// Sleep implements [Clock].
func (SystemClock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// WithTimeout implements [Clock].
func (SystemClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}
