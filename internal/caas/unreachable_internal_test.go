package caas

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// roundTripper is a transport of its own making.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// onTransport returns a client of a transport, on a fake clock.
func onTransport(clock Clock, f roundTripper) *Client {
	c := New(Config{
		Endpoint: &url.URL{Scheme: "https", Host: "api.example"}, Token: "test-token",
		RequestTimeout: 30 * time.Second, MaxRetries: 100, Clock: clock,
	})
	c.transport = f
	return c
}

func dialError(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

// TestUnreachable: a failure to connect is repeated for half a minute, however
// many retries there are and however long each takes; one that can't pass is not
// repeated at all.
func TestUnreachable(t *testing.T) {
	for name, test := range map[string]struct {
		err       error
		takes     time.Duration // of an attempt
		attempts  int
		total     time.Duration
		transient bool
	}{
		"connection refused":    {dialError(os.NewSyscallError("connect", syscall.ECONNREFUSED)), 0, 5, 15 * time.Second, true},
		"no route":              {dialError(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), 3 * time.Second, 5, 30 * time.Second, true},
		"never answered":        {dialError(os.ErrDeadlineExceeded), 20 * time.Second, 2, 41 * time.Second, true},
		"resolver fails":        {dialError(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), 0, 5, 15 * time.Second, true},
		"unknown host":          {dialError(&net.DNSError{Err: "no such host", IsNotFound: true}), 0, 1, 0, true},
		"untrusted certificate": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, 0, 1, 0, false},
		"no TLS":                {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, 0, 1, 0, false},
	} {
		for _, purchase := range []bool{false, true} {
			clock := caastest.NewClock(time.Unix(0, 0))
			attempts := 0
			c := onTransport(clock, func(*http.Request) (*http.Response, error) {
				attempts++
				clock.Advance(test.takes)
				return nil, test.err
			})
			var err error
			if purchase {
				_, err = c.Deploy(t.Context(), DeployRequest{})
			} else {
				_, err = c.Hardware(t.Context())
			}
			if !IsRejected(err) || IsTransient(err) != test.transient || !strings.Contains(err.Error(), "failed to connect: ") {
				t.Errorf("%s: %v, IsTransient is %v", name, err, IsTransient(err))
			}
			if total := clock.Now().Sub(time.Unix(0, 0)); attempts != test.attempts || total != test.total {
				t.Errorf("%s: %d attempts in %s, want %d in %s", name, attempts, total, test.attempts, test.total)
			}
		}
	}
}

// TestUnreachable_remembered: for a few seconds other requests fail at once, and
// none when the first was interrupted or reached the API.
func TestUnreachable_remembered(t *testing.T) {
	clock := caastest.NewClock(time.Unix(0, 0))
	attempts := 0
	refused := dialError(os.NewSyscallError("connect", syscall.ECONNREFUSED))
	c := onTransport(clock, func(*http.Request) (*http.Response, error) {
		attempts++
		return nil, refused
	})
	_, first := c.Hardware(t.Context())
	for range 3 {
		_, again := c.Locations(t.Context())
		_, bought := c.Deploy(t.Context(), DeployRequest{})
		for _, err := range []error{again, bought} {
			var e, f *Error
			if !errors.As(err, &e) || !errors.As(first, &f) || e.Reason() != f.Reason() || !IsRejected(err) || !IsTransient(err) {
				t.Errorf("got %v, want the reason of %v", err, first)
			}
		}
	}
	if attempts != 5 {
		t.Errorf("%d attempts, want the five of the first request", attempts)
	}
	clock.Advance(outageMemory)
	if _, err := c.Locations(t.Context()); err == nil || attempts != 10 {
		t.Errorf("%d attempts after a while, want 10: %v", attempts, err)
	}

}

// TestUnreachable_interrupted: after failures to connect alone a purchase had no
// effect, and an interruption is not remembered as an outage.
func TestUnreachable_interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := onTransport(caastest.NewClock(time.Unix(0, 0)), func(*http.Request) (*http.Response, error) {
		cancel()
		return nil, dialError(os.NewSyscallError("connect", syscall.ECONNREFUSED))
	})
	_, err := c.Deploy(ctx, DeployRequest{})
	if want := "connection refused; the operation was interrupted before the request could be repeated"; !IsRejected(err) ||
		!errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), want) || c.outage.err != nil {
		t.Errorf("got %v, remembered %v", err, c.outage.err)
	}
}

// TestUnreachable_reachableLater: a purchase is sent once a connection is made, and
// then not again.
func TestUnreachable_reachableLater(t *testing.T) {
	for status, body := range map[int]string{200: `{"deployment_id":"x"}`, 500: ``} {
		attempts := 0
		c := onTransport(caastest.NewClock(time.Unix(0, 0)), func(*http.Request) (*http.Response, error) {
			if attempts++; attempts < 3 {
				return nil, dialError(os.NewSyscallError("connect", syscall.ECONNREFUSED))
			}
			return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body))}, nil
		})
		if id, err := c.Deploy(t.Context(), DeployRequest{}); (id == "x") != (status == 200) || IsRejected(err) || attempts != 3 {
			t.Errorf("%d: got %q, %v after %d attempts", status, id, err, attempts)
		}
	}
}
