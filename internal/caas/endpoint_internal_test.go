package caas

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestRetry_wrongEndpoint: an endpoint that is written wrong is told at once,
// for what may be sent twice and what may not; nothing gets anywhere.
func TestRetry_wrongEndpoint(t *testing.T) {
	refuse := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request got through") })
	plain := httptest.NewServer(refuse)
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(refuse)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for name, c := range map[string]struct{ endpoint, says string }{
		"a certificate that nobody vouches for": {secure.URL, "certificate"},
		"no TLS":                                {strings.Replace(plain.URL, "http:", "https:", 1), "TLS handshake"},
		"a host that does not exist":            {"https://api.io.invalid", "no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint, err := url.Parse(c.endpoint)
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			clock := caastest.NewFakeClock(begin)
			client := New(Config{Endpoint: endpoint, Token: "x", RequestTimeout: 30 * time.Second, MaxRetries: 8, Clock: clock})
			transport := newTransport()
			dial := transport.DialContext
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				if strings.Contains(address, ".invalid") { // not a question for whatever resolver there is
					return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: "api.io.invalid", IsNotFound: true}}
				}
				return dial(ctx, network, address)
			}
			client.http.Transport.(*throttle).next.(*attempt).next = transport
			t.Cleanup(transport.CloseIdleConnections)
			_, asked := client.NameAvailable(t.Context(), "web")
			_, bought := client.Deploy(t.Context(), DeployRequest{ResourcePrivateName: "web"})
			for _, err := range []error{asked, bought} {
				if !IsRefused(err) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v: want that it was not sent, and %q", err, c.says)
				}
			}
			if waited := clock.Now().Sub(begin); waited > 0 {
				t.Errorf("waited %s for another try", waited)
			}
		})
	}
}

// TestRetry_neverConnected: a connection that is refused until the operation's
// time is up is told once, in words.
func TestRetry_neverConnected(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	endpoint, err := url.Parse(closed.URL)
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	clock := caastest.NewFakeClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	client := New(Config{Endpoint: endpoint, Token: "x", RequestTimeout: 30 * time.Second, MaxRetries: 8, Clock: clock})
	transport := newTransport()
	transport.DialContext = func(_ context.Context, network, _ string) (net.Conn, error) { // another test may listen there by now
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	client.http.Transport.(*throttle).next.(*attempt).next = transport
	ctx, cancel := clock.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = client.NameAvailable(ctx, "web")
	const want = "the request was not sent: dial tcp: connect: connection refused, until the time there is for it was up"
	var told *Error
	if !errors.As(err, &told) || told.Reason() != want || !IsRefused(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %s", err, want)
	}
}
