package caas_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestPause_waits pins the pause for each form of Retry-After.
func TestPause_waits(t *testing.T) {
	date := func(d time.Duration) string { return newYear.Add(d).Format(http.TimeFormat) }
	for name, test := range map[string]struct {
		header []string
		want   time.Duration
	}{
		"seconds":          {[]string{"Retry-After", "7"}, 7 * time.Second},
		"a date":           {[]string{"Retry-After", date(40 * time.Second)}, 40 * time.Second},
		"a fraction":       {[]string{"Retry-After", "0.5"}, time.Second},
		"absurd seconds":   {[]string{"Retry-After", "9000000000000000000"}, 5 * time.Minute},
		"more than an int": {[]string{"Retry-After", "9999999999999999999"}, time.Second},
		"an absurd date":   {[]string{"Retry-After", date(9999 * time.Hour)}, 5 * time.Minute},
		"none":             {nil, time.Second},
		"zero":             {[]string{"Retry-After", "0"}, time.Second},
		"negative":         {[]string{"Retry-After", "-5"}, time.Second},
		"words":            {[]string{"Retry-After", "soon"}, time.Second},
		"a date gone by":   {[]string{"Retry-After", date(-time.Hour)}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, script(reply(429, `{"detail":"slow down"}`, test.header...), reply(200, `true`)), withRetries(0))
			if _, err := r.client.IsNameAvailable(t.Context(), "web"); err != nil {
				t.Fatal(err)
			}
			if got := r.elapsed(); got != test.want {
				t.Errorf("waited %s, want %s", got, test.want)
			}
			r.wantSent(2)
		})
	}
}

// TestPause_countsNothing rejects far more often than a request is repeated,
// for each call, the purchases too, and resends their bodies whole.
func TestPause_countsNothing(t *testing.T) {
	for _, c := range everyCall {
		t.Run(c.name, func(t *testing.T) {
			steps := make([]http.HandlerFunc, 20, 21)
			for i := range steps {
				steps[i] = reply(429, ``, "Retry-After", "60")
			}
			r := onScript(t, script(append(steps, reply(200, c.good))...), withRetries(0))
			if _, err := c.do(t.Context(), r.client); err != nil {
				t.Fatal(err)
			}
			r.wantSent(21)
			sent := r.seen()
			for i, req := range sent {
				if req.body != sent[0].body || req.uri != sent[0].uri || req.method != c.method {
					t.Errorf("try %d was %s %s %q, not as the first", i, req.method, req.uri, req.body)
				}
			}
			if c.purchase && len(sent[0].body) < 10 {
				t.Errorf("the body was %q", sent[0].body)
			}
			if got := r.elapsed(); got < 20*time.Minute || got > 22*time.Minute {
				t.Errorf("waited %s", got)
			}
		})
	}
}

// TestPause_wholeClient: while one request waits, no other is sent.
func TestPause_wholeClient(t *testing.T) {
	others := false
	var r *harness
	r = onScript(t, script(reply(429, ``, "Retry-After", "20"), reply(200, `true`)), beforeSleep(func() {
		if others {
			return
		}
		others = true // the first waits, and now comes another
		if _, err := r.client.Locations(t.Context()); err == nil {
			t.Error("true is not a list of locations")
		}
	}))
	if _, err := r.client.IsNameAvailable(t.Context(), "web"); err != nil {
		t.Error(err)
	}
	r.wantSent(3)
	for _, req := range r.seen()[1:] {
		if req.at < 20*time.Second {
			t.Errorf("%s was sent after %s", req.uri, req.at)
		}
	}
}

// TestPause_ending: a wait that the context ends is reported as the 429 that began
// it, with the cause of the context within.
func TestPause_ending(t *testing.T) {
	for _, c := range everyCall {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			why := errors.New("interrupted")
			r := onScript(t, reply(429, `{"detail":"slow down"}`, "Retry-After", "60"), beforeSleep(func() { cancel(why) }))
			_, err := c.do(ctx, r.client)
			if e := apiError(t, err); e.Status != 429 || !errors.Is(err, why) || !caas.IsRejected(err) || !caas.IsTransient(err) ||
				e.Reason() != "slow down; the operation was interrupted before the request could be repeated" {
				t.Errorf("got %#v", e)
			}
			r.wantSent(1)
		})
	}
}

// TestPause_operationTimeout: a 429 waits as long as the operation may.
func TestPause_operationTimeout(t *testing.T) {
	r := onScript(t, reply(429, ``, "Retry-After", "60"))
	ctx, cancel := r.clock.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	_, err := r.client.Deploy(ctx, smallRequest())
	if !errors.Is(err, context.DeadlineExceeded) || !caas.IsRejected(err) {
		t.Errorf("got %v", err)
	}
	if got := r.elapsed(); got != 10*time.Minute {
		t.Errorf("gave up after %s", got)
	}
	if n := len(r.seen()); n < 9 || n > 10 {
		t.Errorf("sent %d times in ten minutes", n)
	}
}
