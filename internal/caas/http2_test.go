package caas

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// overHTTP2 is a client of a handler, over TLS that it trusts and HTTP/2, which
// is what the real API is likely to speak.
func overHTTP2(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	endpoint, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := New(Config{
		Endpoint: endpoint, Token: "x", RequestTimeout: 30 * time.Second, MaxRetries: 3,
		Clock: caastest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
	})
	transport := newTransport()
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	transport.TLSClientConfig.MinVersion = tls.VersionTLS12
	c.transport = transport
	t.Cleanup(transport.CloseIdleConnections)
	return c
}

// TestHTTP2_purchaseBroken: a purchase whose stream breaks was sent, on a new
// connection and on one that was used before.
func TestHTTP2_purchaseBroken(t *testing.T) {
	var sent atomic.Int32
	c := overHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/2.0" {
			t.Errorf("the client speaks %s", r.Proto)
		}
		if r.Method == http.MethodPost {
			sent.Add(1)
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `true`)
	})
	for i := range int32(2) {
		if _, err := c.Deploy(t.Context(), DeployRequest{}); err == nil || IsRejected(err) {
			t.Errorf("purchase %d: %v", i, err)
		}
		if n := sent.Load(); n != i+1 {
			t.Errorf("sent %d times", n)
		}
		if _, err := c.IsNameAvailable(t.Context(), "web"); err != nil {
			t.Error(err)
		}
	}
}
