package caas

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// firstPause and longestPause limit the pause after a 429 without a
	// Retry-After.
	firstPause   = time.Second
	longestPause = 30 * time.Second
	// maxRetryAfter limits how long a Retry-After is obeyed: a longer one is more
	// likely a mistake than a plan.
	maxRetryAfter = 5 * time.Minute
)

// pause stops the whole client after a 429. A rejected request had no effect, so
// every request, a purchase included, can be sent again. The zero pause is over.
type pause struct {
	mu      sync.Mutex
	until   time.Time     // no request is sent before
	backoff time.Duration // the next pause without a Retry-After; 0: firstPause
}

// wait blocks until the pause is over, or returns why ctx has ended.
func (p *pause) wait(ctx context.Context, clock Clock) error {
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		p.mu.Lock()
		d := p.until.Sub(clock.Now())
		p.mu.Unlock()
		if d <= 0 {
			return nil
		}
		if err := clock.Sleep(ctx, d); err != nil {
			return err
		}
	}
}

// begin begins or prolongs the pause after a 429 to a request sent at that time.
func (p *pause) begin(sent, now time.Time, header http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, ok := retryAfter(header, now)
	if !ok {
		if sent.Before(p.until) {
			return // it was in flight when the pause began, which says nothing new
		}
		d = max(p.backoff, firstPause)
		p.backoff = min(2*d, longestPause)
	}
	if until := now.Add(d); until.After(p.until) {
		p.until = until
	}
}

// reset resets the backoff after the success of a request sent at that time.
func (p *pause) reset(sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !sent.Before(p.until) {
		p.backoff = 0
	}
}

// retryAfter reads the header of that name, in seconds or as a date. It returns
// false for one that is unreadable or not in the future.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	var d time.Duration
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		d = time.Duration(min(seconds, int(maxRetryAfter.Seconds()))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = min(at.Sub(now), maxRetryAfter)
	}
	return max(d, 0), d > 0
}

// outageMemory is how long requests fail without an attempt after one gave up
// because it could not connect: with many deployments only the first ones wait.
const outageMemory = 5 * time.Second

// outage remembers that the API could not be reached.
type outage struct {
	mu    sync.Mutex
	until time.Time
	err   error
}

// current returns why the API could not be reached just before; nil otherwise.
func (o *outage) current(now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Before(o.until) {
		return o.err
	}
	return nil
}

// remember remembers the outcome of an attempt after which the request gave up.
func (o *outage) remember(last outcome, now time.Time) {
	if last.connected || last.err == nil || IsEnded(last.err) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.until, o.err = now.Add(outageMemory), last.err
}
