package caas

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bucketAPI answers after a latency and allows so many requests per second, with
// a burst of as many; it rejects the others with 429.
type bucketAPI struct {
	perSecond  float64
	latency    time.Duration
	retryAfter string

	mu                 sync.Mutex
	tokens             float64
	filled             time.Time
	accepted, rejected int
}

func (a *bucketAPI) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(a.latency)
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if a.filled.IsZero() {
		a.tokens = a.perSecond
	} else {
		a.tokens = min(a.tokens+a.perSecond*now.Sub(a.filled).Seconds(), a.perSecond)
	}
	a.filled = now
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`true`))}
	if a.tokens >= 1 {
		a.tokens--
		a.accepted++
		return resp, nil
	}
	a.rejected++
	resp.StatusCode = http.StatusTooManyRequests
	if a.retryAfter != "" {
		resp.Header.Set("Retry-After", a.retryAfter)
	}
	return resp, nil
}

// TestPause_inFlight: requests that were in flight together count as one rejection,
// and the longest Retry-After counts.
func TestPause_inFlight(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	begin := now
	var p pause
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		for range 50 {
			p.begin(now, now, nil)
		}
		if got := p.until.Sub(now); got != want*time.Second {
			t.Errorf("paused for %s, want %d s", got, want)
		}
		p.reset(now) // a request from before the pause succeeds
		now = p.until
	}
	p.begin(begin, now, nil)
	if !p.until.Equal(now) {
		t.Errorf("paused until %s for a reply to a request from before the pauses", p.until)
	}
	for _, seconds := range []string{"3", "60", "2"} {
		p.begin(begin, now, http.Header{"Retry-After": {seconds}})
	}
	if got := p.until.Sub(now); got != time.Minute {
		t.Errorf("paused for %s", got)
	}
	p.reset(p.until)
	p.begin(p.until, p.until, nil)
	if got := p.until.Sub(now); got != time.Minute+firstPause {
		t.Errorf("paused for %s after a success", got)
	}
}

// TestPause_refreshUnderRateLimit refreshes 100 deployments, ten at a time and
// with two concurrent requests each, against an API that allows 20 requests per
// second. The least time possible is that of its tokens.
func TestPause_refreshUnderRateLimit(t *testing.T) {
	for _, retryAfter := range []string{"1", ""} {
		synctest.Test(t, func(t *testing.T) {
			api := &bucketAPI{perSecond: 20, latency: 20 * time.Millisecond, retryAfter: retryAfter}
			client := onTransport(SystemClock{}, api.RoundTrip)
			get := func() {
				if _, err := client.IsNameAvailable(t.Context(), "web"); err != nil {
					t.Error(err)
				}
			}
			begin := time.Now()
			get() // the list of names
			deployments := make(chan int)
			var workers sync.WaitGroup
			for range 10 {
				workers.Go(func() {
					for range deployments {
						var both sync.WaitGroup
						both.Go(get) // details
						both.Go(get) // containers
						both.Wait()
					}
				})
			}
			for i := range 100 {
				deployments <- i
			}
			close(deployments)
			workers.Wait()
			took := time.Since(begin).Seconds()
			ideal := (201 - api.perSecond) / api.perSecond
			t.Logf("Retry-After %q: %.2f s, %.2f times the ideal %.2f s, %d rejected", retryAfter, took, took/ideal, ideal, api.rejected)
			if api.accepted != 201 || took/ideal > 1.5 {
				t.Errorf("%d accepted in %.2f s, want 201 in %.2f s at most", api.accepted, took, 1.5*ideal)
			}
		})
	}
}
