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

// TestHTTP2_purchaseInterrupted: the client speaks HTTP/2 where the server does, and
// a purchase whose stream is interrupted was sent, whether on a new connection or on
// one that was used before.
func TestHTTP2_purchaseInterrupted(t *testing.T) {
	var sent atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/2.0" {
			t.Errorf("the client speaks %s", r.Proto)
		}
		if r.Method == http.MethodPost {
			sent.Add(1)
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `true`)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	endpoint, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := newTransport()
	t.Cleanup(transport.CloseIdleConnections)
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	c := New(Config{
		Endpoint: endpoint, RequestTimeout: 30 * time.Second, MaxRetries: 3, Clock: caastest.NewClock(time.Unix(0, 0)), Transport: transport,
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
