package caas_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestPause_retryAfter shows the wait for each form of Retry-After, which is the same
// after a 429 and after a 503.
func TestPause_retryAfter(t *testing.T) {
	date := func(d time.Duration) string { return start.Add(d).Format(http.TimeFormat) }
	for name, test := range map[string]struct {
		value string
		want  time.Duration
	}{
		"seconds":          {"7", 7 * time.Second},
		"a date":           {date(40 * time.Second), 40 * time.Second},
		"a fraction":       {"0.5", time.Second},
		"absurd seconds":   {"9000000000000000000", 5 * time.Minute},
		"more than an int": {"9999999999999999999", time.Second},
		"an absurd date":   {date(9999 * time.Hour), 5 * time.Minute},
		"none":             {"", time.Second},
		"zero":             {"0", time.Second},
		"negative":         {"-5", time.Second},
		"words":            {"soon", time.Second},
		"a date gone by":   {date(-time.Hour), time.Second},
	} {
		for _, status := range []int{429, 503} {
			h := newHarness(t, script(respond(status, ``, "Retry-After", test.value), respond(200, `true`)))
			if _, err := h.client.IsNameAvailable(t.Context(), "web"); err != nil {
				t.Errorf("%s of a %d: %v", name, status, err)
			}
			h.wantSent(2, test.want)
		}
	}
}

// TestPause_everyCall: no 429 counts as a retry, for the purchases either.
func TestPause_everyCall(t *testing.T) {
	for _, c := range everyCall {
		steps := make([]http.HandlerFunc, 20, 21)
		for i := range steps {
			steps[i] = respond(429, ``, "Retry-After", "60")
		}
		h := newHarness(t, script(append(steps, respond(200, c.good))...), withRetries(0))
		if _, err := c.do(t.Context(), h.client, someID); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		h.wantSent(21, 20*time.Minute)
	}
}

// TestPause_backoff: without a Retry-After the pause doubles until a request
// succeeds. Other failures leave it as it is.
func TestPause_backoff(t *testing.T) {
	limited, free := respond(429, ``), respond(200, `true`)
	h := newHarness(t, script(limited, limited, respond(404, ``), limited, free, limited, free))
	for i, want := range []time.Duration{1 + 2, 1 + 2 + 4, 1 + 2 + 4 + 1} {
		_, err := h.client.IsNameAvailable(t.Context(), "web")
		if (err != nil) != (i == 0) || h.elapsed() != want*time.Second {
			t.Errorf("call %d ended after %s, want %d s: %v", i, h.elapsed(), want, err)
		}
	}
}

// TestPause_wholeClient: while one request waits, no other is sent.
func TestPause_wholeClient(t *testing.T) {
	others := false
	var h *harness
	h = newHarness(t, script(respond(429, ``, "Retry-After", "20"), respond(200, `true`)), beforeSleep(func() {
		if others {
			return
		}
		others = true
		if err := h.client.Destroy(t.Context(), someID); err != nil {
			t.Error(err)
		}
	}))
	if _, err := h.client.IsNameAvailable(t.Context(), "web"); err != nil {
		t.Error(err)
	}
	sent := h.requests()
	if len(sent) != 3 || sent[1].at < 20*time.Second || sent[2].at < 20*time.Second {
		t.Errorf("sent %+v", sent)
	}
}

// TestPause_inFlight: a 429 to a request from before the pause does not prolong it.
func TestPause_inFlight(t *testing.T) {
	var h *harness
	ctx := t.Context()
	h = newHarness(t, script(func(w http.ResponseWriter, r *http.Request) {
		if err := h.client.Destroy(ctx, someID); err != nil {
			t.Error(err)
		}
		respond(429, ``)(w, r)
	}, respond(429, ``), respond(200, `true`)))
	if _, err := h.client.IsNameAvailable(t.Context(), "web"); err != nil || h.elapsed() != time.Second {
		t.Errorf("waited %s, want the second of the other request: %v", h.elapsed(), err)
	}
}

// TestPause_operationTimeout: a request is repeated as long as the operation lasts.
func TestPause_operationTimeout(t *testing.T) {
	h := newHarness(t, respond(429, ``, "Retry-After", "60"))
	ctx, cancel := h.clock.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	_, err := h.client.Deploy(ctx, smallRequest())
	if !errors.Is(err, context.DeadlineExceeded) || !caas.IsRejected(err) {
		t.Errorf("got %v", err)
	}
	h.wantSent(10, 10*time.Minute)
}
