package caas

import (
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestThrottle_refusedTogether: requests that were under way together are one
// refusal, however many they are, and whenever a success comes between.
func TestThrottle_refusedTogether(t *testing.T) {
	clock := caastest.NewFakeClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	throttle := &throttle{clock: clock}
	begin := clock.Now()
	for _, want := range []time.Duration{time.Second / 4, time.Second / 2, time.Second} {
		sent := clock.Now()
		for range 50 {
			throttle.pause(sent, http.Header{})
		}
		if got := throttle.until.Sub(clock.Now()); got != want {
			t.Errorf("paused for %s, want %s", got, want)
		}
		clock.Advance(want)
	}
	throttle.pause(begin, http.Header{})
	if !throttle.until.Equal(clock.Now()) {
		t.Errorf("paused until %s for an answer to what was sent before the pauses", throttle.until)
	}
	throttle.pause(begin, http.Header{"Retry-After": {"3"}})
	throttle.pause(clock.Now(), http.Header{"Retry-After": {"60"}})
	throttle.pause(clock.Now(), http.Header{"Retry-After": {"2"}})
	if got := throttle.until.Sub(clock.Now()); got != time.Minute {
		t.Errorf("paused for %s: the longest counts", got)
	}
}
