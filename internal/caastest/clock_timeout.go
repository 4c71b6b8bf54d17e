package caastest

import (
	"context"
	"sync"
	"time"
)

// WithTimeout is context.WithTimeout on this clock. Of nested timeouts the
// earliest counts. The context has no Deadline, which net.Dialer would compare
// with real time; Sleep finds it by other means.
func (c *Clock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	c.mu.Lock()
	at := c.now.Add(d)
	if outer, ok := deadlineOf(ctx, c); ok && outer.at.Before(at) {
		at = outer.at
	}
	parent, cancelParent := context.WithCancelCause(ctx)
	dl := &deadline{
		Context: parent, outer: ctx, cancelOuter: cancelParent,
		clock: c, at: at, done: make(chan struct{}), after: map[*func()]struct{}{},
	}
	due := !at.After(c.now)
	if !due {
		c.timers[dl] = struct{}{}
	}
	c.mu.Unlock()

	stop := context.AfterFunc(ctx, dl.catchUp)
	// The caller gets an ordinary context below the deadline, so that package
	// context passes its end on to all contexts below without a goroutine.
	inner, cancel := context.WithCancel(dl)
	if due {
		dl.end(context.DeadlineExceeded, context.DeadlineExceeded)
	}
	return inner, func() {
		cancel()
		stop()
		c.forget(dl)
		cancelParent(context.Canceled)
	}
}

func (c *Clock) forget(d *deadline) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.timers, d)
}

type deadlineKey struct{}

// deadlineOf returns the innermost timeout of this clock that applies to ctx and
// has not ended.
func deadlineOf(ctx context.Context, c *Clock) (*deadline, bool) {
	d, ok := ctx.Value(deadlineKey{}).(*deadline)
	if !ok || d.clock != c || ctx.Done() == nil || d.Err() != nil {
		return nil, false
	}
	return d, true
}

// deadline is a context that ends at a time of a fake clock, or with the context
// that it was made from. Through its AfterFunc method package context attaches
// the contexts below directly, so that all of them have ended when end returns.
type deadline struct {
	context.Context // holds the cause of the end, for context.Cause
	outer           context.Context
	cancelOuter     context.CancelCauseFunc
	clock           *Clock
	at              time.Time
	done            chan struct{}

	mu    sync.Mutex
	err   error
	after map[*func()]struct{}
}

func (d *deadline) Done() <-chan struct{} { return d.done }

func (d *deadline) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *deadline) Value(key any) any {
	if key == (deadlineKey{}) {
		return d
	}
	return d.Context.Value(key)
}

// AfterFunc makes the end of d call f. Package context looks for this method in
// contexts that are not its own.
func (d *deadline) AfterFunc(f func()) (stop func() bool) {
	d.mu.Lock()
	if d.err != nil {
		d.mu.Unlock()
		// Not on this goroutine: the caller holds the lock of the context below.
		go f()
		return func() bool { return false }
	}
	defer d.mu.Unlock()
	key := &f
	d.after[key] = struct{}{}
	return func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		_, waiting := d.after[key]
		delete(d.after, key)
		return waiting
	}
}

func (d *deadline) end(err, cause error) {
	d.mu.Lock()
	if d.err != nil {
		d.mu.Unlock()
		return
	}
	d.cancelOuter(cause)
	d.err = err
	after := d.after
	d.after = nil
	close(d.done)
	d.mu.Unlock()
	for f := range after {
		(*f)()
	}
}

// catchUp ends d when the context that it was made from has ended.
func (d *deadline) catchUp() {
	if outer, ok := d.outer.Value(deadlineKey{}).(*deadline); ok {
		outer.catchUp()
	}
	if err := d.outer.Err(); err != nil {
		d.clock.forget(d)
		d.end(err, context.Cause(d.outer))
	}
}
