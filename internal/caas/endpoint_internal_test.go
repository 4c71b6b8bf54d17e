package caas

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
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
