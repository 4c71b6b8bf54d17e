package caas

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// maxPause bounds what a Retry-After is believed: beyond it the API is asked
	// again, as an absurd one is more likely a mistake than a plan.
	maxPause = 5 * time.Minute
	// firstPause and longestGuess bound the pause after a 429 that names none.
	firstPause   = time.Second / 4
	longestGuess = 30 * time.Second
	// shortestPause keeps a fraction of a second from becoming a busy loop.
	shortestPause = 100 * time.Millisecond
)

// throttle holds back the whole client while the API refuses with 429. A 429
// was not acted on, so every request, deploy included, may be sent again.
type throttle struct {
	next  http.RoundTripper
	clock Clock

	mu      sync.Mutex
	until   time.Time // no request leaves before
	refused int       // 429s in a row
	pauses  int       // those ever made
	pace    pace
}

// RoundTrip sends the request once the throttle is open, again after each 429,
// until the request's context ends. It then returns that 429, so that the error
// tells what was waited for.
func (t *throttle) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for {
		sent, err := t.turn(ctx)
		if err != nil {
			return nil, errorNotStarted(err)
		}
		resp, err := t.next.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			t.succeeded(sent)
			return resp, err
		}
		t.pause(sent, resp.Header)
		if t.wait(ctx) != nil {
			return resp, nil //nolint:nilerr // the 429 tells what was waited for
		}
		if req, err = again(req); err != nil {
			return nil, err
		}
	}
}

// turn blocks until the throttle is open and it is the request's turn, taken
// again when the throttle was closed meanwhile, and tells when that was.
func (t *throttle) turn(ctx context.Context) (time.Time, error) {
	for {
		if err := t.wait(ctx); err != nil {
			return time.Time{}, err
		}
		d, pauses := t.takeTurn()
		if d > 0 {
			if err := t.clock.Sleep(ctx, d); err != nil {
				return time.Time{}, err
			}
		}
		if now, open := t.isOpen(pauses); open {
			return now, nil
		}
	}
}

// takeTurn tells how long the request's turn is away, and after how many pauses.
func (t *throttle) takeTurn() (d time.Duration, pauses int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if t.until.After(now) {
		return 0, t.pauses
	}
	return t.pace.turn(now), t.pauses
}

// isOpen tells whether the throttle is open and was not closed after that many
// pauses, and the time.
func (t *throttle) isOpen(pauses int) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	return now, t.pauses == pauses && !t.until.After(now)
}

// wait blocks until the throttle is open: it may have been closed once more
// while this request waited. A jitter of up to a tenth spreads the way back.
func (t *throttle) wait(ctx context.Context) error {
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		t.mu.Lock()
		pause := t.until.Sub(t.clock.Now())
		t.mu.Unlock()
		if pause <= 0 {
			return nil
		}
		if err := t.clock.Sleep(ctx, pause+jitter(pause/10)); err != nil {
			return err
		}
	}
}

func (t *throttle) pause(sent time.Time, header http.Header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	d, told := retryAfter(header, now)
	// Requests that were under way together are refused together: one refusal.
	if !t.until.After(now) && !sent.Before(t.until) {
		if !told {
			d = min(firstPause<<min(t.refused, 10), longestGuess)
		}
		t.refused++
		t.pauses++
		t.pace.refused(now)
	}
	if until := now.Add(d); until.After(t.until) {
		t.until = until
	}
}

func (t *throttle) succeeded(sent time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = 0
	t.pace.succeeded(sent, t.clock.Now())
}

// again is the request anew, with its body at the start.
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

// retryAfter reads the header of that name, seconds or a date, bounded by
// shortestPause and maxPause. One that is unreadable or not in the future counts as not told.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := header.Get("Retry-After")
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0, false
		}
		return max(time.Duration(min(seconds, maxPause.Seconds())*float64(time.Second)), shortestPause), true
	}
	at, err := http.ParseTime(value)
	if err != nil || !at.After(now) {
		return 0, false
	}
	return max(min(at.Sub(now), maxPause), shortestPause), true
}

func jitter(most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return rand.N(most) //nolint:gosec // spreads load, keeps no secret
}
