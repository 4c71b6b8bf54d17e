package caastest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock tells the mock's time.
type Clock interface{ Now() time.Time }

// realClock is the clock of a server that was given none.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// FakeClock is a clock on which waiting takes no time: it moves only when it
// is told to, by Advance or by somebody sleeping on it. It is safe for
// concurrent use.
type FakeClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[*deadline]struct{}
}

// NewFakeClock returns a clock that stands at start.
func NewFakeClock(start time.Time) *FakeClock {
	return &FakeClock{now: start, timers: map[*deadline]struct{}{}}
}

// Now returns the time the clock stands at.
func (c *FakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d; a d that is not positive leaves it alone.
// Before it returns, every context made by WithTimeout whose deadline is
// reached has ended, and so has whatever was derived from it.
func (c *FakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	expired := c.moveTo(c.now.Add(d))
	c.mu.Unlock()
	expire(expired)
}

// advanceTo is Advance to a moment instead of by a distance.
func (c *FakeClock) advanceTo(t time.Time) {
	c.mu.Lock()
	expired := c.moveTo(t)
	c.mu.Unlock()
	expire(expired)
}

// moveTo sets the clock, never back, and returns the deadlines reached, the
// earliest first. The caller holds the lock, and must not when it ends them:
// what they wake may ask for the time.
func (c *FakeClock) moveTo(t time.Time) []*deadline {
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

func expire(deadlines []*deadline) {
	for _, d := range deadlines {
		d.end(context.DeadlineExceeded, context.DeadlineExceeded)
	}
}

// Sleep moves the clock to d after the time of the call, unless somebody else
// has moved it there already, but not beyond the deadline that a timeout of
// this clock set on ctx. It returns context.Cause(ctx) when ctx has ended
// before or after the move, and nil otherwise. Two sleepers who start together
// end together, as they would on a wall clock.
func (c *FakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ended(ctx); err != nil {
		return err
	}
	target := c.Now().Add(d)
	if limit, ok := deadlineOf(ctx, c); ok && limit.at.Before(target) {
		c.advanceTo(limit.at)
		if err := ended(ctx); err != nil {
			return err
		}
		// The timeout has passed and ctx lives on: it was cut loose from it
		// with context.WithoutCancel, so the timeout doesn't count.
	}
	c.advanceTo(target)
	return ended(ctx)
}

// ended returns why ctx has ended, or nil. A cancellation from outside the
// clock reaches the contexts below a fake timeout in a goroutine of package
// context; to a sleeper it has to be there at once, or he sleeps once more.
func ended(ctx context.Context) error {
	if d, ok := ctx.Value(deadlineKey{}).(*deadline); ok {
		d.catchUp()
	}
	return context.Cause(ctx)
}
