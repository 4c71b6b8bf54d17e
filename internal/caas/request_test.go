package caas_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

var errInterrupted = errors.New("interrupted by the test")

// holds are the predicates that hold for an error.
type holds struct{ rejected, accepted, transient, notFound, unauthorized, busy, payment bool }

func predicates(err error) holds {
	return holds{
		caas.IsRejected(err), caas.IsAccepted(err), caas.IsTransient(err), caas.IsNotFound(err), caas.IsUnauthorized(err),
		caas.IsBusy(err), errors.Is(err, caas.ErrPaymentRequired),
	}
}

// TestSend_failures shows for each kind of failure which predicates hold, and that
// a call is repeated, up to MaxRetries and with growing waits, when a later attempt
// may succeed and the call costs nothing.
func TestSend_failures(t *testing.T) {
	for name, test := range map[string]struct {
		step http.HandlerFunc
		want holds
	}{
		"400":                  {respond(400, `{}`), holds{rejected: true}},
		"400 key_set":          {respond(400, `{"key_set":true}`), holds{rejected: true, unauthorized: true}},
		"400 key_set, wrapped": {respond(400, `{"data":{"key_set":true}}`), holds{rejected: true, unauthorized: true}},
		"401":                  {respond(401, `{"key_set":true}`), holds{rejected: true, unauthorized: true}},
		"402":                  {respond(402, `{"detail":"no credits"}`), holds{rejected: true, payment: true}},
		"403":                  {respond(403, ``), holds{rejected: true, unauthorized: true}},
		"404":                  {respond(404, ``), holds{rejected: true, notFound: true}},
		"408":                  {respond(408, ``), holds{transient: true}},
		"409":                  {respond(409, ``), holds{rejected: true, busy: true}},
		"423":                  {respond(423, ``), holds{rejected: true, busy: true}},
		"499":                  {respond(499, ``), holds{rejected: true}},
		"500":                  {respond(500, `{"status":"payment_required"}`), holds{transient: true}},
		"501":                  {respond(501, ``), holds{}},
		"502":                  {respond(502, `<html>`), holds{transient: true}},
		"reset":                {reset, holds{transient: true}},
		"timeout":              {hang(30 * time.Second), holds{transient: true}},
		"truncated":            {truncate, holds{transient: true}},
	} {
		for _, c := range everyCall {
			if name == "truncated" && c.kind == stream {
				continue // see TestLog_interrupted
			}
			t.Run(name+" "+c.name, func(t *testing.T) {
				h := newHarness(t, test.step)
				_, err := c.do(t.Context(), h.client, someID)
				e := apiError(t, err)
				if got := predicates(err); got != test.want || e.Method != c.method || c.uri[:len(e.Path)] != e.Path {
					t.Errorf("got %+v, want %+v: %v", got, test.want, err)
				}
				var attempt time.Duration
				if name == "timeout" {
					attempt = 30 * time.Second
				}
				if c.kind == purchase || !test.want.transient {
					h.wantSent(1, attempt)
					return
				}
				h.wantSent(4, (1+2+4)*time.Second+4*attempt)

				h = newHarness(t, script(test.step, test.step, test.step, respond(200, c.good)))
				if _, err := c.do(t.Context(), h.client, someID); err != nil {
					t.Errorf("the fourth attempt succeeded: %v", err)
				}
				h.wantSent(4, (1+2+4)*time.Second+3*attempt)

				// The rejection of the second attempt says nothing about the first.
				h = newHarness(t, script(test.step, respond(409, ``)))
				_, err = c.do(t.Context(), h.client, someID)
				if got := predicates(err); got != (holds{busy: true, rejected: c.kind >= read}) {
					t.Errorf("got %+v after an attempt that may have had an effect: %v", got, err)
				}
			})
		}
	}
	for _, err := range []error{nil, context.Canceled, errors.New("404")} {
		if predicates(err) != (holds{}) {
			t.Errorf("a predicate holds for %v", err)
		}
	}
}

// TestSend_unusableResponse: a read is repeated for a response that is JSON, a
// purchase is not, and a change needs none.
func TestSend_unusableResponse(t *testing.T) {
	for _, body := range []string{``, " \n", `<html>`, `{"status":"runn`} {
		for _, c := range everyCall {
			h := newHarness(t, respond(200, body))
			_, err := c.do(t.Context(), h.client, someID)
			switch blank := body == "" || body == " \n"; {
			case c.kind == read:
				h.wantSent(4, 7*time.Second)
				if got := predicates(err); got != (holds{accepted: true, transient: true}) {
					t.Errorf("%s: %q: got %+v: %v", c.name, body, got, err)
				}
				contains(t, apiError(t, err).Reason(), "the response is not JSON")
			case c.kind == purchase && (!blank || c.name == "Deploy"):
				h.wantSent(1, 0)
				if got := predicates(err); got != (holds{accepted: true}) {
					t.Errorf("%s: %q: got %+v: %v", c.name, body, got, err)
				}
			default:
				h.wantSent(1, 0)
				if err != nil {
					t.Errorf("%s: %q: %v", c.name, body, err)
				}
			}
		}
	}
}

// TestTryContainers gives up after a few seconds, or when the configured retries are
// fewer, and repeats a rejected request for as long as any other call.
func TestTryContainers(t *testing.T) {
	for retries, want := range map[int]int{8: 2, 1: 1, 0: 0} {
		h := newHarness(t, respond(503, ``), withRetries(retries))
		if _, err := h.client.TryContainers(t.Context(), someID); err == nil {
			t.Error("no error")
		}
		h.wantSent(want+1, []time.Duration{0, time.Second, 3 * time.Second}[want])
	}
	// That it gives up says nothing of the requests after it.
	down := true
	h := newHarness(t, respond(200, `{"data":{"id":"x","status":"running"}}`), func(c *caas.Config) {
		c.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			if down {
				return nil, errors.New("connection refused")
			}
			return http.DefaultTransport.RoundTrip(r)
		})
	})
	if _, err := h.client.TryContainers(t.Context(), someID); err == nil {
		t.Error("no error")
	}
	down = false
	if _, err := h.client.Deployment(t.Context(), someID); err != nil {
		t.Error(err)
	}

	limited := respond(429, ``)
	h = newHarness(t, script(limited, limited, limited, limited, respond(200, `{"data":{"workers":[]}}`)))
	if _, err := h.client.TryContainers(t.Context(), someID); err != nil {
		t.Error(err)
	}
}

// TestSend_longBackoff: the wait doubles up to 30 seconds.
func TestSend_longBackoff(t *testing.T) {
	h := newHarness(t, respond(500, ``), withRetries(9))
	if err := h.client.Destroy(t.Context(), someID); err == nil {
		t.Error("no error")
	}
	h.wantSent(10, (1+2+4+8+16+4*30)*time.Second)
}

// TestSend_interrupted: the error says when the operation was interrupted, after what
// the API returned before. A call that costs nothing is not waited for.
func TestSend_interrupted(t *testing.T) {
	const (
		beforeSent     = "the operation was interrupted before the request was sent"
		beforeResponse = "the operation was interrupted before the API returned a complete response"
		beforeRepeated = "the operation was interrupted before the request could be repeated"
		whileLimited   = "the operation was interrupted while the API limited the rate of requests"
	)
	silent := func(http.ResponseWriter, *http.Request) {}
	for name, test := range map[string]struct {
		step   http.HandlerFunc // of the server
		before bool             // interrupted before the request
		hangs  bool             // interrupted after the step, which is not all; otherwise during the backoff
		status int
		reason string
		want   holds
	}{
		"before the request": {before: true, reason: beforeSent, want: holds{rejected: true}},
		"no response":        {step: silent, hangs: true, reason: beforeResponse},
		"half a response":    {step: flush(`{`), hangs: true, reason: beforeResponse},
		"reset":              {step: reset, reason: "connection reset by peer; " + beforeRepeated},
		"429": {
			step: respond(429, `{"detail":"slow down"}`), status: 429, reason: "slow down; " + whileLimited,
			want: holds{rejected: true, transient: true},
		},
		"503":                {step: respond(503, `{"detail":"down"}`), status: 503, reason: "down; " + beforeRepeated, want: holds{transient: true}},
		"503 without a body": {step: respond(503, ``), status: 503, reason: beforeRepeated, want: holds{transient: true}},
	} {
		for _, c := range everyCall {
			if c.kind == purchase && !test.want.rejected || c.kind == stream && name == "half a response" {
				continue // see TestPurchase_interrupted and TestLog_endless
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			if test.before {
				cancel(errInterrupted)
			}
			h := newHarness(t, func(w http.ResponseWriter, r *http.Request) {
				test.step(w, r)
				if test.hangs {
					cancel(errInterrupted)
					<-r.Context().Done()
				}
			}, beforeSleep(func() { cancel(errInterrupted) }))
			_, err := c.do(ctx, h.client, someID)
			e := apiError(t, err)
			if e.Status != test.status || !strings.HasSuffix(e.Reason(), test.reason) || predicates(err) != test.want || !errors.Is(err, errInterrupted) {
				t.Errorf("%s, %s: %#v", name, c.name, e)
			}
			if n := len(h.requests()); (n == 0) != test.before || n > 1 || h.elapsed() != 0 {
				t.Errorf("%s, %s: %d requests in %s", name, c.name, n, h.elapsed())
			}
			if notSent := strings.HasSuffix(e.Where(), "not sent"); notSent != test.before {
				t.Errorf("%s, %s: %s", name, c.name, e.Where())
			}
		}
	}
}

// TestSend_timeouts: the end of an attempt is not the end of the operation.
func TestSend_timeouts(t *testing.T) {
	h := newHarness(t, hang(20*time.Second))
	ctx, cancel := h.clock.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := h.client.Deployment(ctx, someID)
	if e := apiError(t, err); e.Reason() != "the operation timed out before the API returned a complete response" ||
		!errors.Is(err, context.DeadlineExceeded) || caas.IsTransient(err) {
		t.Errorf("got %#v", e)
	}

	h = newHarness(t, func(w http.ResponseWriter, r *http.Request) {
		flush(`{"data":`)(w, r)
		hang(30*time.Second)(w, r)
	}, withRetries(0))
	_, err = h.client.Deployment(t.Context(), someID)
	if e := apiError(t, err); e.Reason() != "no complete response within request_timeout 30s" || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %#v", e)
	}
}

// TestPurchase_interrupted: a purchase that was sent is waited for, as its response
// is the only proof of what was bought, but no longer than any request.
func TestPurchase_interrupted(t *testing.T) {
	for _, c := range everyCall {
		if c.kind != purchase {
			continue
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		h := newHarness(t, func(w http.ResponseWriter, r *http.Request) {
			cancel(errInterrupted)
			flush("\n")(w, r)
			_, _ = io.WriteString(w, c.good)
		})
		if _, err := c.do(ctx, h.client, someID); err != nil {
			t.Errorf("%s: the response was usable: %v", c.name, err)
		}
		h.wantSent(1, 0)

		h = newHarness(t, hang(30*time.Second))
		limited, stop := h.clock.WithTimeout(t.Context(), 10*time.Second)
		_, err := c.do(limited, h.client, someID)
		if e := apiError(t, err); e.Reason() != "no complete response within request_timeout 30s" || caas.IsRejected(err) {
			t.Errorf("%s: %#v", c.name, e)
		}
		h.wantSent(1, 30*time.Second)
		stop()
	}
}
