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
		Clock: caastest.NewFakeClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
	})
	transport := newTransport()
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	transport.TLSClientConfig.MinVersion = tls.VersionTLS12
	c.http.Transport.(*throttle).next.(*attempt).next = transport
	t.Cleanup(transport.CloseIdleConnections)
	return c
}

// TestHTTP2_spoken: it is negotiated where it is offered.
func TestHTTP2_spoken(t *testing.T) {
	var protocol atomic.Value
	c := overHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		protocol.Store(r.Proto)
		_, _ = io.WriteString(w, `{"id":"d","status":"running"}`)
	})
	if _, err := c.Deployment(t.Context(), "x"); err != nil || protocol.Load() != "HTTP/2.0" {
		t.Errorf("spoke %v: %v", protocol.Load(), err)
	}
}

// TestHTTP2_purchaseBroken: a stream that breaks had left, on a new connection
// and on one used before alike.
func TestHTTP2_purchaseBroken(t *testing.T) {
	var sent atomic.Int32
	c := overHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			sent.Add(1)
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `true`)
	})
	for i := range int32(2) {
		if _, err := c.Deploy(t.Context(), DeployRequest{}); err == nil || IsRefused(err) {
			t.Errorf("purchase %d: %v", i, err)
		}
		if n := sent.Load(); n != i+1 {
			t.Errorf("sent %d times", n)
		}
		if _, err := c.NameAvailable(t.Context(), "web"); err != nil {
			t.Error(err)
		}
	}
}

// TestAttempt_otherHost: the credential is for the endpoint's host alone, by
// whatever way a request for another one should ever come about.
func TestAttempt_otherHost(t *testing.T) {
	var headers atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { headers.Store(r.Header.Clone()) }))
	t.Cleanup(other.Close)
	c := New(Config{
		Endpoint: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, Token: "secret-token", APIKey: "secret-key",
		RequestTimeout: time.Minute, Clock: SystemClock{},
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, other.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	got := headers.Load().(http.Header)
	if got.Get("Authorization") != "" || got.Get("X-Api-Key") != "" {
		t.Errorf("the other host got %v", got)
	}
}
