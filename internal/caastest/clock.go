package caastest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock is a fake clock on which waiting takes no real time: it moves only by
// Advance and by Sleep. It is safe for concurrent use.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*deadline]struct{}
}

// NewClock returns a clock that shows start.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, timers: map[*deadline]struct{}{}}
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward by d; a negative d changes nothing. When it
// returns, every context of WithTimeout whose deadline has passed has ended, and
// so have the contexts derived from it.
func (c *Clock) Advance(d time.Duration) { c.advanceTo(c.Now().Add(d)) }

func (c *Clock) advanceTo(t time.Time) {
	// The deadlines end without the lock: what they wake may read the time.
	for _, d := range c.moveTo(t) {
		d.end(context.DeadlineExceeded, context.DeadlineExceeded)
	}
}

// moveTo sets the clock, never back, and returns the deadlines that have passed,
// the earliest first.
func (c *Clock) moveTo(t time.Time) []*deadline {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
	var expired []*deadline
	for d := range c.timers {
		if !d.at.After(c.now) {
			expired = append(expired, d)
			delete(c.timers, d)
		}
	}
	slices.SortFunc(expired, func(a, b *deadline) int { return a.at.Compare(b.at) })
	return expired
}

// Sleep moves the clock to d after the time of the call, unless it is there
// already, but not beyond a deadline that WithTimeout set on ctx. It returns
// context.Cause(ctx) when ctx has ended before or after the move. Two sleepers
// that start together end together, as on a real clock.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ended(ctx); err != nil {
		return err
	}
	target := c.Now().Add(d)
	if limit, ok := deadlineOf(ctx, c); ok && limit.at.Before(target) {
		c.advanceTo(limit.at)
		if err := ended(ctx); err != nil {
			return err
		}
		// ctx has not ended: context.WithoutCancel has detached it from the
		// timeout, which doesn't count then.
	}
	c.advanceTo(target)
	return ended(ctx)
}

// ended returns why ctx has ended, or nil. Package context passes a cancellation
// from outside on to the contexts below a fake timeout in a goroutine; a sleeper
// has to see it at once, or it sleeps once more.
func ended(ctx context.Context) error {
	if d, ok := ctx.Value(deadlineKey{}).(*deadline); ok {
		d.catchUp()
	}
	return context.Cause(ctx)
}
