package caas_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// roundTripper is a transport that makes no connection.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// overTransport returns a client of a transport, with more retries than it needs.
func overTransport(t *testing.T, f roundTripper) *harness {
	t.Helper()
	return connect(t, "https://api.example", withRetries(100), func(c *caas.Config) { c.Transport = f })
}

func dialError(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

var errRefused = dialError(os.NewSyscallError("connect", syscall.ECONNREFUSED))

// TestUnreachable: every call, a purchase too, is repeated for half a minute after
// failures to connect, however long each takes, except where no later attempt can
// succeed.
func TestUnreachable(t *testing.T) {
	for name, test := range map[string]struct {
		err      error
		takes    time.Duration // of an attempt
		attempts int
		total    time.Duration
		want     holds
	}{
		"connection refused":    {errRefused, 0, 5, 15 * time.Second, holds{rejected: true, transient: true}},
		"no route":              {dialError(syscall.EHOSTUNREACH), 3 * time.Second, 5, 30 * time.Second, holds{rejected: true, transient: true}},
		"no answer":             {dialError(context.DeadlineExceeded), 20 * time.Second, 2, 41 * time.Second, holds{rejected: true, transient: true}},
		"resolver fails":        {dialError(&net.DNSError{IsTemporary: true}), 0, 5, 15 * time.Second, holds{rejected: true, transient: true}},
		"unknown host":          {dialError(&net.DNSError{IsNotFound: true}), 0, 1, 0, holds{rejected: true, transient: true}},
		"untrusted certificate": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, 0, 1, 0, holds{rejected: true}},
		"no TLS":                {tls.RecordHeaderError{Msg: "not a TLS handshake"}, 0, 1, 0, holds{rejected: true}},
	} {
		for _, c := range everyCall {
			var h *harness
			h = overTransport(t, func(*http.Request) (*http.Response, error) {
				h.clock.Advance(test.takes)
				return nil, test.err
			})
			_, err := c.do(t.Context(), h.client, someID)
			if predicates(err) != test.want || caas.IsEnded(err) {
				t.Errorf("%s, %s: got %+v: %v", name, c.name, predicates(err), err)
			}
			contains(t, err.Error(), "failed to connect: ", "not sent")
			if n := len(h.attempts()); n != test.attempts || h.elapsed() != test.total {
				t.Errorf("%s, %s: %d attempts in %s, want %d in %s", name, c.name, n, h.elapsed(), test.attempts, test.total)
			}
		}
	}
}

// TestUnreachable_hanging: an attempt to connect ends with the time for it or with
// the operation, of which only the first says that the API can't be reached. Nothing
// was sent.
func TestUnreachable_hanging(t *testing.T) {
	for reason, interrupted := range map[string]bool{
		"no connection within request_timeout 30s": false, "the operation was interrupted before the request was sent": true,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var h *harness
		h = overTransport(t, func(r *http.Request) (*http.Response, error) {
			if interrupted && len(h.attempts()) == 0 {
				cancel()
			} else {
				h.clock.Advance(30 * time.Second)
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		_, err := h.client.Hardware(ctx)
		if e := apiError(t, err); e.Reason() != reason || !caas.IsRejected(err) || caas.IsEnded(err) != interrupted || len(h.attempts()) != 1 {
			t.Errorf("got %v after %d attempts, want %s", err, len(h.attempts()), reason)
		}
		_, _ = h.client.Hardware(t.Context())
		if again := len(h.attempts()) == 2; again != interrupted {
			t.Errorf("another request made %d attempts after %v", len(h.attempts())-1, err)
		}
	}
}

// TestUnreachable_remembered: for a few seconds other requests fail at once.
func TestUnreachable_remembered(t *testing.T) {
	h := overTransport(t, func(*http.Request) (*http.Response, error) { return nil, errRefused })
	_, first := h.client.Hardware(t.Context())
	for _, c := range everyCall {
		_, err := c.do(t.Context(), h.client, someID)
		if apiError(t, err).Reason() != apiError(t, first).Reason() || predicates(err) != (holds{rejected: true, transient: true}) {
			t.Errorf("%s: got %v, want the reason of %v", c.name, err, first)
		}
	}
	if n := len(h.attempts()); n != 5 {
		t.Errorf("%d attempts, want the five of the first request", n)
	}
	h.clock.Advance(5 * time.Second)
	if _, err := h.client.Locations(t.Context()); err == nil || len(h.attempts()) != 10 {
		t.Errorf("%d attempts after five seconds, want 10: %v", len(h.attempts()), err)
	}
}

// TestUnreachable_interrupted: a purchase that was never sent had no effect, and an
// interruption is not remembered as an outage.
func TestUnreachable_interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := overTransport(t, func(*http.Request) (*http.Response, error) {
		cancel()
		return nil, errRefused
	})
	_, err := h.client.Deploy(ctx, smallRequest())
	if !caas.IsRejected(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	contains(t, err.Error(), "connection refused; the operation was interrupted before the request could be repeated")
	_, _ = h.client.Locations(t.Context())
	if n := len(h.attempts()); n != 6 {
		t.Errorf("%d attempts, want one of the purchase and five of another call", n)
	}
}

// TestUnreachable_reachableLater: a purchase is sent once a connection is made, and
// then not again.
func TestUnreachable_reachableLater(t *testing.T) {
	for status, body := range map[int]string{200: `{"deployment_id":"x"}`, 500: ``} {
		var h *harness
		h = overTransport(t, func(*http.Request) (*http.Response, error) {
			if len(h.attempts()) < 2 {
				return nil, errRefused
			}
			return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body))}, nil
		})
		id, err := h.client.Deploy(t.Context(), smallRequest())
		if n := len(h.attempts()); (id == "x") != (status == 200) || caas.IsRejected(err) || n != 3 {
			t.Errorf("%d: got %q, %v after %d attempts", status, id, err, n)
		}
	}
}

// TestUnreachable_afterSent: a change that was sent may have had an effect, although
// the API can't be reached afterwards. Each connection ends the outage.
func TestUnreachable_afterSent(t *testing.T) {
	var h *harness
	h = overTransport(t, func(r *http.Request) (*http.Response, error) {
		if n := len(h.attempts()); n == 0 || n == 5 {
			httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
			return nil, syscall.ECONNRESET
		}
		return nil, errRefused
	})
	err := h.client.Destroy(t.Context(), someID)
	if predicates(err) != (holds{transient: true}) {
		t.Errorf("it may have been destroyed: %v", err)
	}
	if n := len(h.attempts()); n != 8 || h.elapsed() != 91*time.Second {
		t.Errorf("%d attempts in %s, want 5 after the first connection and 2 after the second", n, h.elapsed())
	}
}
