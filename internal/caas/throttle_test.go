package caas_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// gate is a clock that holds sleepers back until it is opened, and tells of
// each. It is how a test sees that something waits.
type gate struct {
	*caastest.FakeClock
	asleep chan time.Duration
	open   chan struct{}
}

// withGate puts a gate between the client and its clock.
func withGate(g *gate) option {
	g.asleep, g.open = make(chan time.Duration, 16), make(chan struct{})
	return withClock(func(c *caastest.FakeClock) caas.Clock {
		g.FakeClock = c
		return g
	})
}

func (g *gate) Sleep(ctx context.Context, d time.Duration) error {
	g.asleep <- d
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-g.open:
		return g.FakeClock.Sleep(ctx, d)
	}
}

// TestThrottle_waits pins the pause for each form of Retry-After.
func TestThrottle_waits(t *testing.T) {
	date := func(d time.Duration) string { return newYear.Add(d).Format(http.TimeFormat) }
	for name, test := range map[string]struct {
		header []string
		want   time.Duration
	}{
		"seconds":             {[]string{"Retry-After", "7"}, 7 * time.Second},
		"a date":              {[]string{"Retry-After", date(40 * time.Second)}, 40 * time.Second},
		"half a second":       {[]string{"Retry-After", "0.5"}, time.Second / 2},
		"next to nothing":     {[]string{"Retry-After", "1e-12"}, time.Second / 10},
		"absurd seconds":      {[]string{"Retry-After", "31536000"}, 5 * time.Minute},
		"more than a float":   {[]string{"Retry-After", "1e999"}, time.Second},
		"infinite":            {[]string{"Retry-After", "inf"}, 5 * time.Minute},
		"an absurd date":      {[]string{"Retry-After", date(9999 * time.Hour)}, 5 * time.Minute},
		"none":                {nil, time.Second},
		"zero":                {[]string{"Retry-After", "0"}, time.Second},
		"negative":            {[]string{"Retry-After", "-5"}, time.Second},
		"not a number at all": {[]string{"Retry-After", "NaN"}, time.Second},
		"words":               {[]string{"Retry-After", "soon"}, time.Second},
		"a date gone by":      {[]string{"Retry-After", date(-time.Hour)}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, script(reply(429, `{"detail":"slow down"}`, test.header...), reply(200, `true`)), withRetries(0))
			if _, err := r.client.NameAvailable(t.Context(), "web"); err != nil {
				t.Fatal(err)
			}
			if got := r.elapsed(); got != test.want {
				t.Errorf("waited %s, want %s", got, test.want)
			}
			r.wantSent(2)
		})
	}
}

// TestThrottle_countsNothing refuses far more often than a request is retried,
// for each call, the purchases too, and resends their bodies whole.
func TestThrottle_countsNothing(t *testing.T) {
	for _, c := range everyCall {
		t.Run(c.name, func(t *testing.T) {
			steps := make([]http.HandlerFunc, 20, 21)
			for i := range steps {
				// On a connection that was used before, Go mends a body half read.
				steps[i] = reply(429, ``, "Retry-After", "60", "Connection", "close")
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
			if c.once && len(sent[0].body) < 10 {
				t.Errorf("the body was %q", sent[0].body)
			}
			if got := r.elapsed(); got < 20*time.Minute || got > 22*time.Minute {
				t.Errorf("waited %s", got)
			}
		})
	}
}

// TestThrottle_guessesGrow: without a Retry-After the pause doubles up to a
// bound, and a success resets it.
func TestThrottle_guessesGrow(t *testing.T) {
	steps := make([]http.HandlerFunc, 9, 10)
	for i := range steps {
		steps[i] = reply(429, ``)
	}
	r := onScript(t, script(append(steps, reply(200, `true`), reply(429, ``), reply(200, `true`))...))
	for range 2 {
		if _, err := r.client.NameAvailable(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
	}
	sent := r.seen()
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30, 30, 0, 1} {
		if got := sent[i+1].at - sent[i].at; got != want*time.Second {
			t.Errorf("pause %d was %s, want %d s", i, got, want)
		}
	}
}

// TestThrottle_holdsTheWholeClient: while one request waits, no other leaves.
func TestThrottle_holdsTheWholeClient(t *testing.T) {
	var g gate
	r := onScript(t, script(reply(429, ``, "Retry-After", "20"), reply(200, `true`)), withGate(&g), withTimeout(time.Hour))
	var wg sync.WaitGroup
	ask := func() {
		wg.Go(func() {
			if _, err := r.client.NameAvailable(t.Context(), "web"); err != nil {
				t.Error(err)
			}
		})
	}
	ask()
	<-g.asleep
	const others = 8
	for range others {
		ask()
	}
	for range others {
		<-g.asleep
	}
	r.wantSent(1)
	close(g.open)
	wg.Wait()
	r.wantSent(2 + others)
	for _, req := range r.seen()[1:] {
		if req.at < 20*time.Second {
			t.Errorf("a request left after %s", req.at)
		}
	}
}

// TestThrottle_longerPauseWins: a sleeper who wakes looks whether the throttle
// was closed once more meanwhile.
func TestThrottle_longerPauseWins(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	var g gate
	r := onScript(t, script(
		func(w http.ResponseWriter, req *http.Request) { // overtaken by the second
			close(arrived)
			<-release
			reply(429, ``, "Retry-After", "300")(w, req)
		},
		reply(429, ``, "Retry-After", "20"),
		reply(200, `true`),
	), withGate(&g), withTimeout(time.Hour))
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := r.client.NameAvailable(t.Context(), "web"); err != nil {
				t.Error(err)
			}
		})
		<-arrived
	}
	<-g.asleep // the second, for 20 s
	close(release)
	<-g.asleep // the first, for 300 s
	close(g.open)
	wg.Wait()
	for _, req := range r.seen()[2:] {
		if req.at < 300*time.Second {
			t.Errorf("a request left after %s", req.at)
		}
	}
}

// TestThrottle_ending: a wait that the context ends is a refusal, told as the
// 429 that it was for, with the context's own cause within.
func TestThrottle_ending(t *testing.T) {
	for _, c := range everyCall {
		t.Run(c.name, func(t *testing.T) {
			var g gate
			r := onScript(t, reply(429, `{"detail":"slow down"}`, "Retry-After", "60"), withGate(&g))
			ctx, cancel := context.WithCancelCause(t.Context())
			why := errors.New("interrupted")
			go func() {
				<-g.asleep
				cancel(why)
			}()
			_, err := c.do(ctx, r.client)
			if e := apiError(t, err); e.Status != 429 || e.Message != "slow down" || !errors.Is(err, why) || !caas.IsRefused(err) {
				t.Errorf("got %#v", e)
			}
			r.wantSent(1)

			_, err = c.do(ctx, r.client)
			if e := apiError(t, err); !e.NotSent || !errors.Is(err, why) || !caas.IsRefused(err) {
				t.Errorf("of an ended context: %#v", e)
			}
			r.wantSent(1)
		})
	}
}

// TestThrottle_operationTimeout: a 429 waits as long as the operation may.
func TestThrottle_operationTimeout(t *testing.T) {
	r := onScript(t, reply(429, ``, "Retry-After", "60"))
	ctx, cancel := r.clock.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	_, err := r.client.Deploy(ctx, smallRequest())
	if !errors.Is(err, context.DeadlineExceeded) || !caas.IsRefused(err) {
		t.Errorf("got %v", err)
	}
	if got := r.elapsed(); got != 10*time.Minute {
		t.Errorf("gave up after %s", got)
	}
	if n := len(r.seen()); n < 9 || n > 10 {
		t.Errorf("asked %d times in ten minutes", n)
	}
}
