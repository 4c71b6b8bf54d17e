package caas_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

var errInterrupted = errors.New("interrupted")

// TestContext_hangingRequest: what may be lost is dropped at once.
func TestContext_hangingRequest(t *testing.T) {
	for _, c := range everyCall {
		if c.once {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			arrived := make(chan struct{})
			r := onScript(t, func(_ http.ResponseWriter, req *http.Request) {
				close(arrived)
				<-req.Context().Done()
			})
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				<-arrived
				cancel(errInterrupted)
			}()
			_, err := c.do(ctx, r.client)
			if e := apiError(t, err); !errors.Is(err, errInterrupted) || e.NotSent || e.Status != 0 {
				t.Errorf("got %#v", e)
			}
			r.wantSent(1)
			if r.elapsed() != 0 {
				t.Errorf("waited %s", r.elapsed())
			}
		})
	}
}

// TestContext_hangingBody: the same with the head of the answer here already.
func TestContext_hangingBody(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		w.WriteHeader(200)
		_ = http.NewResponseController(w).Flush()
		cancel(errInterrupted)
		<-req.Context().Done()
	})
	if _, err := r.client.Hardware(ctx); !errors.Is(err, errInterrupted) {
		t.Errorf("got %v", err)
	}
	r.wantSent(1)
}

// TestContext_purchaseIsFinished: a purchase that has left is waited for, also
// when nobody wants it any more, and its answer is the result.
func TestContext_purchaseIsFinished(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		ctx, cancel := context.WithCancelCause(t.Context())
		r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
			cancel(errInterrupted)
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			reply(200, `{"status":"running","deployment_id":"x"}`)(w, req)
		})
		if err := buy(ctx, r.client); err != nil {
			t.Errorf("the answer was good, and still: %v", err)
		}
		r.wantSent(1)
	})
}

// TestContext_purchaseIsBounded: it is waited for no longer than any request,
// even when the operation's own timeout is nearer.
func TestContext_purchaseIsBounded(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		r := onScript(t, hang(30*time.Second))
		ctx, cancel := r.clock.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := buy(ctx, r.client)
		if e := apiError(t, err); e.NotSent || caas.IsRefused(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %#v", e)
		}
		if r.elapsed() != 30*time.Second {
			t.Errorf("waited %s", r.elapsed())
		}
		r.wantSent(1)
	})
}

// TestContext_purchaseNotYetSent: until there is a connection nothing was
// bought, so an interruption does not wait for one.
func TestContext_purchaseNotYetSent(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		// Accepted by the system, answered by nobody: the TLS handshake hangs.
		var config net.ListenConfig
		listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }()
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			conn, err := listener.Accept()
			cancel(errInterrupted)
			if err == nil {
				<-t.Context().Done()
				_ = conn.Close()
			}
		}()
		r := onAddress(t, "https://"+listener.Addr().String())
		err = buy(ctx, r.client)
		if e := apiError(t, err); !e.NotSent || !caas.IsRefused(err) || !errors.Is(err, errInterrupted) {
			t.Errorf("got %#v", e)
		}
		lacks(t, err.Error(), "timeout") // Go's own, of ten real seconds
	})
}

// TestContext_endedBefore: nothing is sent, not even a purchase.
func TestContext_endedBefore(t *testing.T) {
	for _, c := range everyCall {
		r := onScript(t, reply(200, c.good))
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errInterrupted)
		_, err := c.do(ctx, r.client)
		if e := apiError(t, err); !e.NotSent || !errors.Is(err, errInterrupted) {
			t.Errorf("%s: %#v", c.name, e)
		}
		r.wantSent(0)
	}
}

// TestContext_slowReply: a reply that does not come to its end in time is tried
// again as one that did not come.
func TestContext_slowReply(t *testing.T) {
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		_, _ = w.Write([]byte(`{"data":`))
		_ = http.NewResponseController(w).Flush()
		hang(30*time.Second)(w, req)
	}, withRetries(2))
	_, err := r.client.Deployment(t.Context(), someID)
	contains(t, err.Error(), "no whole answer within request_timeout, 30s")
	if e := apiError(t, err); e.Status != 0 || e.NotSent {
		t.Errorf("got %#v", e)
	}
	r.wantSent(3)
}

// TestSystemClock is the one clock that is not injected: real, but quick.
func TestSystemClock(t *testing.T) {
	clock := caas.SystemClock{}
	before := time.Now()
	if err := clock.Sleep(t.Context(), time.Millisecond); err != nil || clock.Now().Sub(before) < time.Millisecond {
		t.Errorf("slept %s: %v", clock.Now().Sub(before), err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	for _, d := range []time.Duration{-1, 0, time.Hour} {
		if err := clock.Sleep(ctx, d); !errors.Is(err, errInterrupted) {
			t.Errorf("Sleep(%s) of an ended context: %v", d, err)
		}
	}
	timed, stop := clock.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if err := clock.Sleep(timed, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// TestContext_deployOnTheMock: interrupted in the middle, and nothing is lost.
func TestContext_deployOnTheMock(t *testing.T) {
	r := onMock(t, caastest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	r.mock.Inject(caastest.Fault{Path: "/deploy", AfterWork: true, Do: cancel})
	id, err := r.client.Deploy(ctx, smallRequest())
	if _, ok := r.mock.Deployment(id); err != nil || !ok {
		t.Errorf("got %q, %v", id, err)
	}
}
