package caastest

import (
	"context"
	"sync"
	"time"
)

// Clock is a fake clock on which waiting takes no real time: it moves only by
// Advance and by Sleep. It is safe for concurrent use.
type Clock struct {
	mu       sync.Mutex
	now      time.Time
	timeouts map[*timeout]struct{} // later than now
}

// timeout is the end of a context.
type timeout struct {
	at  time.Time
	end context.CancelCauseFunc
}

// NewClock returns a clock that shows start.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, timeouts: map[*timeout]struct{}{}}
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward by d; a negative d changes nothing. When it
// returns, every context of WithTimeout whose time has come has ended, and so
// have the contexts derived from it.
func (c *Clock) Advance(d time.Duration) { c.advanceTo(c.Now().Add(d)) }

// advanceTo moves the clock, never back, and ends the contexts whose time has
// come.
func (c *Clock) advanceTo(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
	for timeout := range c.timeouts {
		if !timeout.at.After(c.now) {
			delete(c.timeouts, timeout)
			timeout.end(context.DeadlineExceeded)
		}
	}
}

// Sleep moves the clock to d after the time of the call, unless it is there
// already, from one timeout to the next, and stops when ctx has ended. It returns
// context.Cause(ctx). Two sleepers that start together end together, as on a real
// clock.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	end := c.Now().Add(d)
	for ctx.Err() == nil && c.Now().Before(end) {
		c.advanceTo(c.nextTimeout(end))
	}
	return context.Cause(ctx)
}

// nextTimeout returns when the next timeout ends, but at most end.
func (c *Clock) nextTimeout(end time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	for timeout := range c.timeouts {
		if timeout.at.Before(end) {
			end = timeout.at
		}
	}
	return end
}

// WithTimeout returns a context that ends with the cause
// [context.DeadlineExceeded] after d on this clock. Unlike with
// [context.WithTimeout], its Err is [context.Canceled] then, and it has no
// Deadline, which net.Dialer would compare with real time.
func (c *Clock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	added := &timeout{c.now.Add(d), end}
	if d <= 0 {
		end(context.DeadlineExceeded)
	} else {
		c.timeouts[added] = struct{}{}
	}
	return ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timeouts, added)
		end(context.Canceled)
	}
}
