package caas_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestRetry_repeatable sends what may be sent twice again after each kind of
// failure, up to MaxRetries, with growing waits and the whole body.
func TestRetry_repeatable(t *testing.T) {
	failures := map[string]http.HandlerFunc{
		"reset":     reset,
		"500":       reply(500, `{"detail":"oops"}`),
		"502 page":  reply(502, `<html>`),
		"503":       reply(503, ``),
		"504":       reply(504, ``),
		"408":       reply(408, ``),
		"truncated": cut(`{"id":"d","status":"running"}`),
		"cut JSON":  reply(200, `{"status":"runn`),
		"HTML 200":  reply(200, `<html>`),
		"timeout":   hang(0), // with a request_timeout that is over at once
	}
	for _, c := range everyCall {
		if c.once {
			continue
		}
		for name, failure := range failures {
			t.Run(c.name+" "+name, func(t *testing.T) {
				timeout := 30 * time.Second
				if name == "timeout" {
					timeout, failure = time.Second, hang(time.Second)
				}
				r := onScript(t, failure, withTimeout(timeout))
				_, err := c.do(t.Context(), r.client)
				_ = apiError(t, err)
				wantBackoff(t, r, 4, c.method)

				r = onScript(t, script(failure, failure, failure, reply(200, c.good)), withTimeout(timeout))
				if _, err := c.do(t.Context(), r.client); err != nil {
					t.Errorf("the fourth try is good, and still: %v", err)
				}
				wantBackoff(t, r, 4, c.method)
			})
		}
	}
}

// wantBackoff fails the test unless n equal requests arrived, with waits of
// 1, 2, 4 … seconds, less a quarter at most, between them.
func wantBackoff(t *testing.T, r *rig, n int, method string) {
	t.Helper()
	r.wantSent(n)
	sent := r.seen()
	slack := time.Duration(0)
	for _, try := range r.traced() {
		slack = max(slack, try.Duration) // what a try itself took on the clock
	}
	for i, req := range sent {
		if req.method != method || req.body != sent[0].body || req.uri != sent[0].uri {
			t.Errorf("try %d was %s %s %q, not as the first", i, req.method, req.uri, req.body)
		}
		if i == 0 {
			continue
		}
		most := time.Second << (i - 1)
		if wait := req.at - sent[i-1].at; wait < most*3/4 || wait > most+slack {
			t.Errorf("wait %d was %s, want up to %s", i, wait, most)
		}
	}
	if (method == http.MethodPatch || method == http.MethodPut) && len(sent[0].body) < 10 {
		t.Errorf("the body was %q", sent[0].body)
	}
}

// TestRetry_notRepeated: what another try can't change is not tried again.
func TestRetry_notRepeated(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"400": reply(400, ``), "401": reply(401, ``), "404": reply(404, ``), "422": reply(422, ``), "501": reply(501, ``),
		"302": reply(302, ``, "Location", "/elsewhere"), "too large": reply(200, `"`+strings.Repeat("x", 9<<20)+`"`),
		"another shape": reply(200, `{"data":[1,2]}`),
	} {
		r := onScript(t, answer)
		_, err := r.client.Deployment(t.Context(), someID)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if n := len(r.seen()); n != 1 || r.elapsed() != 0 {
			t.Errorf("%s: sent %d times in %s", name, n, r.elapsed())
		}
	}
}

// TestRetry_longestBackoff bounds the waits of a patient user.
func TestRetry_longestBackoff(t *testing.T) {
	r := onScript(t, reply(500, ``), withRetries(40))
	if err := r.client.Destroy(t.Context(), someID); err == nil {
		t.Fatal("no error")
	}
	r.wantSent(41)
	sent := r.seen()
	for i := 6; i < len(sent); i++ {
		if wait := sent[i].at - sent[i-1].at; wait < 22*time.Second || wait > 30*time.Second {
			t.Errorf("wait %d was %s", i, wait)
		}
	}
}

// TestRetry_retryAfterOf503 is believed as that of a 429, within the same bound.
func TestRetry_retryAfterOf503(t *testing.T) {
	for value, want := range map[string]time.Duration{"17": 17 * time.Second, "86400": 5 * time.Minute} {
		r := onScript(t, script(reply(503, ``, "Retry-After", value), reply(200, `true`)))
		if _, err := r.client.NameAvailable(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
		if got := r.elapsed(); got != want {
			t.Errorf("%s: waited %s, want %s", value, got, want)
		}
	}
}

// TestRetry_lastAnswerIsWhole: after the last try its body is still there.
func TestRetry_lastAnswerIsWhole(t *testing.T) {
	r := onScript(t, script(reply(500, `{"detail":"first"}`), reply(503, `{"detail":"last"}`)), withRetries(1))
	_, err := r.client.Deployment(t.Context(), someID)
	if e := apiError(t, err); e.Message != "last" || e.Status != 503 || e.Err != nil {
		t.Errorf("got %#v", e)
	}
}

// TestRetry_unsureBefore: a refusal of the second try says nothing of the first,
// where the first may have changed something.
func TestRetry_unsureBefore(t *testing.T) {
	for _, c := range everyCall {
		if c.once {
			continue
		}
		for name, first := range map[string]http.HandlerFunc{"reset": reset, "500": reply(500, ``), "408": reply(408, ``)} {
			r := onScript(t, script(first, reply(409, `{"detail":"no"}`)))
			_, err := c.do(t.Context(), r.client)
			if got, want := caas.IsRefused(err), c.method == http.MethodGet; got != want {
				t.Errorf("%s after %s: IsRefused is %v: %v", c.name, name, got, err)
			}
		}
		r := onScript(t, script(reply(429, ``), reply(409, ``)))
		if _, err := c.do(t.Context(), r.client); !caas.IsRefused(err) {
			t.Errorf("%s after a 429: %v", c.name, err)
		}
	}
}

// TestRetry_unsureThenGone: a change was sent, and then nobody listens any more.
func TestRetry_unsureThenGone(t *testing.T) {
	mock := caastest.Start(t, caastest.Options{})
	r := onAddress(t, mock.URL())
	mock.Inject(caastest.Fault{Reset: true, Do: mock.Close})
	err := r.client.Destroy(t.Context(), someID)
	if e := apiError(t, err); e.NotSent || caas.IsRefused(err) {
		t.Errorf("it may have been destroyed: %#v", e)
	}
	if n := len(mock.Requests()); n != 1 || len(r.traced()) != 4 {
		t.Errorf("%d requests, %d tries", n, len(r.traced()))
	}
}

// TestRetry_endingDuringBackoff: the answer that was to be tried again is told,
// whole, and so is why it was not.
func TestRetry_endingDuringBackoff(t *testing.T) {
	why := errors.New("interrupted")
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		status  int
		message string
	}{
		"503":       {reply(503, `{"detail":"down for a minute"}`), 503, "down for a minute"},
		"reset":     {reset, 0, ""},
		"truncated": {cut(`{"id":"d","status":"running"}`), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var g gate
			r := onScript(t, test.answer, withGate(&g))
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				<-g.asleep
				cancel(why)
			}()
			err := r.client.Destroy(ctx, someID)
			e := apiError(t, err)
			if e.Status != test.status || e.Message != test.message || !errors.Is(err, why) || e.NotSent || caas.IsRefused(err) {
				t.Errorf("got %#v", e)
			}
			r.wantSent(1)
		})
	}
}

// TestRetry_faultsOfTheMock runs a story through bursts of every fault.
func TestRetry_faultsOfTheMock(t *testing.T) {
	r := onMock(t, caastest.Options{})
	id := r.mock.Add(caastest.Deployment{Name: "web"})
	for _, f := range []caastest.Fault{
		{Status: 502, Body: "<html>", ContentType: "text/html", Times: 2}, {Status: 503, Times: 3}, {Status: 504, AfterWork: true},
		{Reset: true, Times: 3}, {Reset: true, AfterWork: true}, {Truncate: 5, Times: 2}, {Status: 429, Times: 9},
	} {
		for _, what := range []string{"read", "change", "rename"} {
			r.mock.Inject(f)
			var err error
			switch what {
			case "read":
				_, err = r.client.Deployment(t.Context(), id)
			case "change":
				err = r.client.Update(t.Context(), id, caas.UpdateRequest{TrafficPort: caas.Set(int64(81))})
			case "rename":
				err = r.client.Rename(t.Context(), id, "other")
			}
			if err != nil {
				t.Errorf("%s through %+v: %v", what, f, err)
			}
			r.mock.ClearFaults()
		}
	}
	if d, _ := r.mock.Deployment(id); d.TrafficPort != 81 || d.Name != "other" {
		t.Errorf("the mock holds %+v", d)
	}
}
