package caas_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// purchases runs a test for the calls that cost money each time they are accepted.
func purchases(t *testing.T, test func(t *testing.T, buy func(context.Context, *caas.Client) error)) {
	for _, c := range everyCall {
		if c.purchase {
			t.Run(c.name, func(t *testing.T) {
				test(t, func(ctx context.Context, client *caas.Client) error {
					_, err := c.do(ctx, client)
					return err
				})
			})
		}
	}
}

// TestPurchase_sentOnce: when it may have had an effect, it is never sent again.
func TestPurchase_sentOnce(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		for name, answer := range map[string]http.HandlerFunc{
			"reset": reset, "500": reply(500, ``), "502": reply(502, `<html>`), "503": reply(503, ``, "Retry-After", "1"), "504": reply(504, ``),
			"408": reply(408, ``), "425": reply(425, ``), "timeout": hang(30 * time.Second), "truncated": cut(`{"id":"d","status":"running"}`),
			"cut JSON": reply(200, `{"status":"runn`), "HTML": reply(200, `<html>`), "307": reply(307, ``, "Location", "/elsewhere"),
		} {
			r := onScript(t, answer, withRetries(9))
			err := buy(t.Context(), r.client)
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if caas.IsRejected(err) != (name == "425") {
				t.Errorf("%s: IsRejected is %v", name, caas.IsRejected(err))
			}
			if n := len(r.seen()); n != 1 {
				t.Errorf("%s: sent %d times", name, n)
			}
		}
	})
}

// TestPurchase_interrupted: a purchase that was sent is waited for, also after
// Ctrl-C, and its reply is the result.
func TestPurchase_interrupted(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		ctx, cancel := context.WithCancelCause(t.Context())
		r := onScript(t, func(w http.ResponseWriter, _ *http.Request) {
			cancel(errInterrupted)
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, `{"status":"running","deployment_id":"x"}`)
		})
		if err := buy(ctx, r.client); err != nil {
			t.Errorf("the response was good, and still: %v", err)
		}
		r.wantSent(1)
	})
	r := onMock(t, caastest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	r.mock.Inject(caastest.Fault{Path: "/deploy", AfterWork: true, Do: cancel})
	id, err := r.client.Deploy(ctx, smallRequest())
	if _, ok := r.mock.Deployment(id); err != nil || !ok {
		t.Errorf("got %q, %v", id, err)
	}
}

// TestPurchase_waitIsLimited: it is waited for no longer than any request, even
// when the operation's own timeout is nearer.
func TestPurchase_waitIsLimited(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		r := onScript(t, hang(30*time.Second))
		ctx, cancel := r.clock.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := buy(ctx, r.client)
		if e := apiError(t, err); e.Reason() != "no complete response within request_timeout 30s" || caas.IsRejected(err) {
			t.Errorf("got %#v", e)
		}
		if r.elapsed() != 30*time.Second {
			t.Errorf("waited %s", r.elapsed())
		}
		r.wantSent(1)
	})
}
