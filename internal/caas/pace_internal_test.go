package caas

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

const perSecond = 50

// api answers each request after a while, and refuses those over its limit.
type api struct {
	allow      func() bool
	latency    time.Duration
	retryAfter string

	mu       sync.Mutex
	answered int
	refused  int
}

// RoundTrip implements [http.RoundTripper].
func (a *api) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(a.latency / 2)
	a.mu.Lock()
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}
	if a.allow() {
		a.answered++
	} else {
		a.refused++
		resp.StatusCode = http.StatusTooManyRequests
		if a.retryAfter != "" {
			resp.Header.Set("Retry-After", a.retryAfter)
		}
	}
	a.mu.Unlock()
	time.Sleep(a.latency / 2)
	return resp, nil
}

// window lets so many requests through in each second, the first of which began
// that long ago.
func window(ago time.Duration) func() bool {
	var second int64
	var let int
	return func() bool {
		if now := time.Now().Add(ago).Unix(); now != second {
			second, let = now, 0
		}
		let++
		return let <= perSecond
	}
}

// bucket lets so many through in a second, and those that it saved up.
func bucket(saved int) func() bool {
	return rate.NewLimiter(perSecond, saved).Allow
}

// meet sends requests, so many at a time, and tells how long they took.
func meet(t *testing.T, a *api, requests, atATime int) time.Duration {
	t.Helper()
	client := &throttle{next: a, clock: SystemClock{}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range atATime {
		wg.Go(func() {
			for range (requests + i) / atATime {
				resp, err := client.RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close() //nolint:errcheck // there is none
			}
		})
	}
	wg.Wait()
	return time.Since(begin)
}

// TestPace_usesTheLimit: whatever has been saved up at the API, and however it
// counts, a limited one is used well and refuses little. A bucket smaller than
// what it gets in the pause that the API asks for can't be used to the full.
func TestPace_usesTheLimit(t *testing.T) {
	for _, test := range []struct {
		name       string
		allow      func() func() bool
		told, mute float64 // the time taken, at most, by that of a limit used to the full: with Retry-After, and without
	}{
		{"a bucket of 100", func() func() bool { return bucket(100) }, 1, 1},
		{"a bucket of 50", func() func() bool { return bucket(50) }, 1.1, 1.05},
		{"a bucket of 25", func() func() bool { return bucket(25) }, 1.25, 1.05},
		{"a bucket of 10", func() func() bool { return bucket(10) }, 1.4, 1.1},
		{"a bucket of 5", func() func() bool { return bucket(5) }, 1.4, 1.3},
		{"a window", func() func() bool { return window(0) }, 1.4, 1.35},
		{"a window met in its middle", func() func() bool { return window(time.Second / 2) }, 1.55, 1.35},
	} {
		for _, latency := range []time.Duration{2 * time.Millisecond, 50 * time.Millisecond} {
			for _, atATime := range []int{10, 40} {
				for retryAfter, most := range map[string]float64{"1": test.told, "": test.mute} {
					name := fmt.Sprintf("%s, %s, %d at a time, Retry-After %q", test.name, latency, atATime, retryAfter)
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							a := &api{allow: test.allow(), latency: latency, retryAfter: retryAfter}
							meetWell(t, a, atATime, most)
						})
					})
				}
			}
		}
	}
}

// meetWell sends a number of requests and judges the time they took, at most so
// many times that of the limit used to the full, and the refusals: the first
// time all that are under way are refused, later few are.
func meetWell(t *testing.T, a *api, atATime int, most float64) {
	t.Helper()
	const requests = 800
	took := meet(t, a, requests, atATime)
	if a.answered != requests {
		t.Errorf("%d of %d were answered", a.answered, requests)
	}
	if ratio := took.Seconds() * perSecond / requests; ratio > most {
		t.Errorf("it took %.2f of the least time, want %.2f at most", ratio, most)
	}
	if later := a.refused - atATime; later > requests/20 {
		t.Errorf("%d were refused, and %d at a time", a.refused, atATime)
	}
}

// TestPace_forgets: a limit that is not met any more holds nothing back for long,
// however low it was taken to be.
func TestPace_forgets(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &pace{}
	for range 5 {
		p.turn(now)
		p.succeeded(now, now)
		now = now.Add(time.Second)
		p.refused(now)
		now = now.Add(10 * time.Second)
	}
	if first, second := p.turn(now), p.turn(now); first != 0 || second < time.Second/2 {
		t.Errorf("after five refusals the turns are %s and %s away, want none and half a second", first, second)
	}
	begin := now
	for p.limiter != nil {
		p.succeeded(now, now)
		if now = now.Add(p.turn(now)); now.Sub(begin) > time.Minute {
			t.Fatalf("a minute later it still holds requests to %.1f a second", p.limiter.Limit())
		}
	}
}

// TestPace_tooShortAPause: a refusal of the first request after a pause tells
// that the pause was too short, and nothing of the rate.
func TestPace_tooShortAPause(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &pace{}
	p.turn(now)
	for range 50 {
		p.succeeded(now, now)
	}
	var rates []rate.Limit
	for range 3 {
		p.refused(now)
		now = now.Add(time.Second / 4)
		p.turn(now)
		rates = append(rates, p.limiter.Limit())
	}
	if rates[0] < 50 || rates[1] != rates[0] || rates[2] != rates[0] {
		t.Errorf("50 accepted at once, then none, are taken to mean %.0f a second", rates)
	}
	if p.paused < time.Second*3/4 {
		t.Errorf("three pauses of a quarter of a second count as %s", p.paused)
	}
}
