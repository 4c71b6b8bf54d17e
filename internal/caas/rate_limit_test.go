package caas_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
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
	a.tokens = min(a.tokens+a.perSecond*now.Sub(a.filled).Seconds(), a.perSecond) // full at first
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

// TestPause_refreshUnderRateLimit refreshes 100 deployments, ten at a time and
// with two concurrent requests each, against an API that allows 20 requests per
// second. The least time possible is that of its tokens.
func TestPause_refreshUnderRateLimit(t *testing.T) {
	for _, retryAfter := range []string{"1", ""} {
		synctest.Test(t, func(t *testing.T) {
			api := &bucketAPI{perSecond: 20, latency: 20 * time.Millisecond, retryAfter: retryAfter}
			client := caas.New(caas.Config{
				Endpoint: &url.URL{Scheme: "https", Host: "api.example"}, Token: "test-token",
				RequestTimeout: 30 * time.Second, MaxRetries: 8, Clock: caas.SystemClock{}, Transport: api,
			})
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
