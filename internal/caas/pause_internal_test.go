package caas

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestPause_concurrent: rejections of requests that were in flight together count as
// one, the longest Retry-After counts, and only a success after the pause resets the
// backoff.
func TestPause_concurrent(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := begin
	var p pause
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		for range 50 {
			p.begin(now, now, nil)
		}
		if got := p.until.Sub(now); got != want*time.Second {
			t.Errorf("paused for %s, want %d s", got, want)
		}
		p.reset(now)
		now = p.until
	}
	p.begin(begin, now, nil)
	if !p.until.Equal(now) {
		t.Errorf("paused until %s for a request from before the pauses", p.until)
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

// TestPause_prolonged: a request that waits also waits for what is added meanwhile.
func TestPause_prolonged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pause
		begin := time.Now()
		p.begin(begin, begin, http.Header{"Retry-After": {"3"}})
		time.AfterFunc(time.Second, func() { p.begin(begin, time.Now(), http.Header{"Retry-After": {"60"}}) })
		if err := p.wait(t.Context(), SystemClock{}); err != nil || time.Since(begin) != 61*time.Second {
			t.Errorf("waited %s: %v", time.Since(begin), err)
		}
	})
}
