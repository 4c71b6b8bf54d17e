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

var errInterrupted = errors.New("interrupted by the test")

// TestSend_repeated: what can be repeated without harm is repeated after each kind
// of failure, up to MaxRetries, with growing waits and the same body.
func TestSend_repeated(t *testing.T) {
	for name, failure := range map[string]http.HandlerFunc{
		"reset": reset, "500": reply(500, `{"detail":"oops"}`), "502 page": reply(502, `<html>`), "503": reply(503, ``), "504": reply(504, ``),
		"408": reply(408, ``), "truncated": cut(`{"id":"d","status":"running"}`), "timeout": hang(time.Second),
		"cut JSON": reply(200, `{"status":"runn`), "HTML 200": reply(200, `<html>`), "empty": reply(200, ``),
	} {
		readsOnly := name == "cut JSON" || name == "HTML 200" || name == "empty"
		for _, c := range everyCall {
			if c.purchase || readsOnly && c.method != http.MethodGet {
				continue
			}
			t.Run(c.name+" "+name, func(t *testing.T) {
				r := onScript(t, failure, withTimeout(time.Second))
				_, err := c.do(t.Context(), r.client)
				_ = apiError(t, err)
				wantBackoff(t, r, c.method)

				r = onScript(t, script(failure, failure, failure, reply(200, c.good)), withTimeout(time.Second))
				if _, err := c.do(t.Context(), r.client); err != nil {
					t.Errorf("the fourth attempt is good, and still: %v", err)
				}
				wantBackoff(t, r, c.method)
			})
		}
	}
}

// wantBackoff fails the test unless four equal requests arrived, with waits of 1,
// 2 and 4 seconds between them, on top of what an attempt took.
func wantBackoff(t *testing.T, r *harness, method string) {
	t.Helper()
	r.wantSent(4)
	sent, attempts := r.seen(), r.traced()
	for i, req := range sent {
		if req.method != method || req.body != sent[0].body || req.uri != sent[0].uri {
			t.Errorf("attempt %d was %s %s %q, not as the first", i, req.method, req.uri, req.body)
		}
		if i == 0 {
			continue
		}
		if got, want := req.at-sent[i-1].at, attempts[i-1].Duration+time.Second<<(i-1); got != want {
			t.Errorf("wait %d was %s, want %s", i, got, want)
		}
	}
	if (method == http.MethodPatch || method == http.MethodPut) && len(sent[0].body) < 10 {
		t.Errorf("the body was %q", sent[0].body)
	}
}

// TestSend_notRepeated: what a repetition can't change is sent once.
func TestSend_notRepeated(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"400": reply(400, ``), "401": reply(401, ``), "404": reply(404, ``), "422": reply(422, ``), "501": reply(501, ``),
		"302": reply(302, ``, "Location", "/elsewhere"), "too large": reply(200, `"`+strings.Repeat("x", 9<<20)+`"`),
		"another structure": reply(200, `{"data":[1,2]}`),
	} {
		r := onScript(t, answer)
		if _, err := r.client.Deployment(t.Context(), someID); err == nil {
			t.Errorf("%s: no error", name)
		}
		if n := len(r.seen()); n != 1 || r.elapsed() != 0 {
			t.Errorf("%s: sent %d times in %s", name, n, r.elapsed())
		}
	}
	// The reply to a change is not needed, so it is not repeated for a better one.
	for _, c := range everyCall {
		for _, body := range []string{``, `<html>`, `{"status":"runn`} {
			if c.purchase || c.method == http.MethodGet {
				continue
			}
			r := onScript(t, reply(200, body))
			if _, err := c.do(t.Context(), r.client); err != nil {
				t.Errorf("%s: %q: %v", c.name, body, err)
			}
			r.wantSent(1)
		}
	}
}

// TestSend_backoffIsLimited: the wait doubles up to 30 seconds.
func TestSend_backoffIsLimited(t *testing.T) {
	r := onScript(t, reply(500, ``), withRetries(9))
	if err := r.client.Destroy(t.Context(), someID); err == nil {
		t.Fatal("no error")
	}
	r.wantSent(10)
	if got, want := r.elapsed(), (1+2+4+8+16+4*30)*time.Second; got != want {
		t.Errorf("waited %s, want %s", got, want)
	}
}

// TestSend_retryAfterOf503 is obeyed as that of a 429, within the same limit.
func TestSend_retryAfterOf503(t *testing.T) {
	for value, want := range map[string]time.Duration{"17": 17 * time.Second, "86400": 5 * time.Minute} {
		r := onScript(t, script(reply(503, ``, "Retry-After", value), reply(200, `true`)))
		if _, err := r.client.IsNameAvailable(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
		if got := r.elapsed(); got != want {
			t.Errorf("%s: waited %s, want %s", value, got, want)
		}
	}
}

// TestSend_uncertainBefore: the rejection of the second attempt says nothing about
// the first, which may have changed something.
func TestSend_uncertainBefore(t *testing.T) {
	for _, c := range everyCall {
		if c.purchase {
			continue
		}
		for name, first := range map[string]http.HandlerFunc{"reset": reset, "500": reply(500, ``), "408": reply(408, ``)} {
			r := onScript(t, script(first, reply(409, `{"detail":"no"}`)))
			_, err := c.do(t.Context(), r.client)
			if got, want := caas.IsRejected(err), c.method == http.MethodGet; got != want || !caas.IsBusy(err) {
				t.Errorf("%s after %s: IsRejected is %v: %v", c.name, name, got, err)
			}
		}
		r := onScript(t, script(reply(429, ``), reply(409, ``)))
		if _, err := c.do(t.Context(), r.client); !caas.IsRejected(err) {
			t.Errorf("%s after a 429: %v", c.name, err)
		}
	}
}

// TestSend_uncertainThenUnreachable: a change was sent, and then the host is unreachable.
func TestSend_uncertainThenUnreachable(t *testing.T) {
	mock := caastest.Start(t, caastest.Options{})
	r := onAddress(t, mock.URL())
	mock.Inject(caastest.Fault{Reset: true, Do: mock.Close})
	err := r.client.Destroy(t.Context(), someID)
	if _ = apiError(t, err); caas.IsRejected(err) || !caas.IsTransient(err) {
		t.Errorf("it may have been destroyed: %v", err)
	}
	if n := len(mock.Requests("", "")); n != 1 || len(r.traced()) != 4 {
		t.Errorf("%d requests, %d attempts", n, len(r.traced()))
	}
}

// TestSend_endsDuringBackoff: the error keeps what the attempt came to, and adds
// why it was not repeated.
func TestSend_endsDuringBackoff(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		status int
		reason string
	}{
		"503": {
			reply(503, `{"detail":"down for a minute"}`), 503,
			"down for a minute; the operation was interrupted before the request could be repeated",
		},
		"503 without a reason": {reply(503, ``), 503, "the operation was interrupted before the request could be repeated"},
		"reset":                {reset, 0, "connection reset by peer; the operation was interrupted before the request could be repeated"},
		"truncated":            {cut(`{"id":"d","status":"running"}`), 0, "after 14 bytes: unexpected EOF; the operation was interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			r := onScript(t, test.answer, beforeSleep(func() { cancel(errInterrupted) }))
			err := r.client.Destroy(ctx, someID)
			if e := apiError(t, err); e.Status != test.status || !errors.Is(err, errInterrupted) || caas.IsRejected(err) {
				t.Errorf("got %#v", e)
			}
			contains(t, err.Error(), test.reason)
			lacks(t, err.Error(), "not sent", errInterrupted.Error())
			r.wantSent(1)
		})
	}
}

// TestSend_endsDuringAttempt: what does not cost money is dropped at once, whether
// or not the reply has begun.
func TestSend_endsDuringAttempt(t *testing.T) {
	for _, c := range everyCall {
		for _, begun := range []bool{false, true} {
			if c.purchase {
				continue
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
				if begun {
					w.WriteHeader(200)
					_ = http.NewResponseController(w).Flush()
				}
				cancel(errInterrupted)
				<-req.Context().Done()
			})
			_, err := c.do(ctx, r.client)
			if e := apiError(t, err); !errors.Is(err, errInterrupted) || e.Status != 0 || caas.IsTransient(err) ||
				e.Reason() != "the operation was interrupted before the API returned a complete response" {
				t.Errorf("%s: got %#v", c.name, e)
			}
			if caas.IsRejected(err) {
				t.Errorf("%s: it may have had an effect", c.name)
			}
			if len(r.seen()) != 1 || r.elapsed() != 0 {
				t.Errorf("%s: %d requests in %s", c.name, len(r.seen()), r.elapsed())
			}
		}
	}
}

// TestSend_operationTimesOut is reported in words, not as Go's error.
func TestSend_operationTimesOut(t *testing.T) {
	r := onScript(t, hang(20*time.Second))
	ctx, cancel := r.clock.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := r.client.Deployment(ctx, someID)
	if e := apiError(t, err); e.Reason() != "the operation timed out before the API returned a complete response" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %#v", e)
	}
	lacks(t, err.Error(), "context")
}

// TestSend_requestTimeout: a reply that is not complete in time is as none, and is
// not the end of the operation.
func TestSend_requestTimeout(t *testing.T) {
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		_, _ = w.Write([]byte(`{"data":`))
		_ = http.NewResponseController(w).Flush()
		hang(30*time.Second)(w, req)
	}, withRetries(2))
	_, err := r.client.Deployment(t.Context(), someID)
	e := apiError(t, err)
	if e.Reason() != "no complete response within request_timeout 30s" || errors.Is(err, context.DeadlineExceeded) || !caas.IsTransient(err) || caas.IsRejected(err) {
		t.Errorf("got %#v", e)
	}
	r.wantSent(3)
}

// TestSend_endedBefore: nothing is sent, not even a purchase.
func TestSend_endedBefore(t *testing.T) {
	for _, c := range everyCall {
		r := onScript(t, reply(200, c.good))
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errInterrupted)
		_, err := c.do(ctx, r.client)
		e := apiError(t, err)
		if e.Reason() != "the operation was interrupted before the request was sent" || !caas.IsRejected(err) || !errors.Is(err, errInterrupted) {
			t.Errorf("%s: %#v", c.name, e)
		}
		contains(t, e.Where(), "not sent")
		r.wantSent(0)
	}
}
