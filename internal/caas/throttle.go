package caas

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// firstPause and longestPause bound the pause after a 429 without a
	// Retry-After.
	firstPause   = time.Second
	longestPause = 30 * time.Second
	// maxRetryAfter limits how long a Retry-After is obeyed: a longer one is more
	// likely a mistake than a plan.
	maxRetryAfter = 5 * time.Minute
	// minRetryAfter keeps a fraction of a second from becoming a busy loop.
	minRetryAfter = 100 * time.Millisecond
)

// throttle pauses the whole client after a 429. A rejected request had no
// effect, so every request, a purchase included, can be sent again.
type throttle struct {
	next  http.RoundTripper
	clock Clock

	mu      sync.Mutex
	until   time.Time     // no request is sent before
	backoff time.Duration // the next pause without a Retry-After; 0: firstPause
}

// RoundTrip sends the request when no pause is on, and again after each 429,
// until the request's context ends. It then returns that 429, so that the error
// says what the request waited for.
func (t *throttle) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := t.wait(ctx); err != nil {
		return nil, errorNotStarted(err)
	}
	for {
		sent := t.clock.Now()
		resp, err := t.next.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			t.accepted(sent)
			return resp, err
		}
		t.pause(sent, resp.Header)
		if t.wait(ctx) != nil {
			return resp, nil //nolint:nilerr // the 429 says what the request waited for
		}
		if req, err = again(req); err != nil {
			return nil, err
		}
	}
}

// wait blocks until no pause is on, or ctx ends.
func (t *throttle) wait(ctx context.Context) error {
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		t.mu.Lock()
		d := t.until.Sub(t.clock.Now())
		t.mu.Unlock()
		if d <= 0 {
			return nil
		}
		if err := t.clock.Sleep(ctx, d); err != nil {
			return err
		}
	}
}

// pause begins or prolongs a pause after a 429 to a request sent at that time.
func (t *throttle) pause(sent time.Time, header http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	d, ok := retryAfter(header, now)
	if !ok {
		if sent.Before(t.until) {
			return // it was in flight when the pause began, which says nothing new
		}
		d = max(t.backoff, firstPause)
		t.backoff = min(2*d, longestPause)
	}
	if until := now.Add(d); until.After(t.until) {
		t.until = until
	}
}

// accepted resets the backoff after a request, sent at that time, that was not
// rejected with a 429.
func (t *throttle) accepted(sent time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !sent.Before(t.until) {
		t.backoff = 0
	}
}

// again returns a copy of the request with its body at the start.
func again(req *http.Request) (*http.Request, error) {
	next := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		next.Body = body
	}
	return next, nil
}

// retryAfter reads the header of that name, in seconds or as a date. It returns
// false for one that is unreadable or not in the future.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0, false
		}
		return max(time.Duration(min(seconds, maxRetryAfter.Seconds())*float64(time.Second)), minRetryAfter), true
	}
	at, err := http.ParseTime(value)
	if err != nil || !at.After(now) {
		return 0, false
	}
	return max(min(at.Sub(now), maxRetryAfter), minRetryAfter), true
}
