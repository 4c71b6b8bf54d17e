package caas_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	testToken = "test-token" // what the mock accepts
	someID    = "5f0c0a4e-0000-4000-8000-000000000001"
	prefix    = "/enterprise/v1/io-cloud/caas"
)

// start is when the clock of every harness starts.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// harness is a client on a fake clock, and what it sent.
type harness struct {
	*testing.T
	client *caas.Client
	clock  *caastest.Clock

	mu       sync.Mutex
	received []request       // by the server of newHarness
	traced   []caas.Exchange // by the client
}

// request is a request as the server received it.
type request struct {
	method, uri string // the uri undecoded
	header      http.Header
	body        string
	at          time.Duration // since the start, on the clock
	from        string        // the client's end of the connection
}

// option changes how the client is made.
type option func(*caas.Config)

func withRetries(n int) option { return func(c *caas.Config) { c.MaxRetries = n } }

func withCredentials(token, key string) option {
	return func(c *caas.Config) { c.Token, c.APIKey = token, key }
}

// beforeSleep calls do before each sleep on the client's clock.
func beforeSleep(do func()) option {
	return func(c *caas.Config) { c.Clock = hookedClock{c.Clock, do} }
}

type hookedClock struct {
	caas.Clock
	beforeSleep func()
}

func (c hookedClock) Sleep(ctx context.Context, d time.Duration) error {
	c.beforeSleep()
	return c.Clock.Sleep(ctx, d)
}

// newHarness returns a client of a server with that handler.
func newHarness(t *testing.T, handler http.HandlerFunc, options ...option) *harness {
	t.Helper()
	var h *harness
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
		}
		h.mu.Lock()
		h.received = append(h.received, request{r.Method, r.RequestURI, r.Header, string(body), h.elapsed(), r.RemoteAddr})
		h.mu.Unlock()
		handler(w, r.WithContext(context.WithValue(r.Context(), harnessKey{}, h)))
	}))
	t.Cleanup(server.Close)
	h = connect(t, server.URL, options...)
	return h
}

// harnessKey is where a handler finds the harness of its client.
type harnessKey struct{}

// connect returns a client of whatever is at an address.
func connect(t *testing.T, address string, options ...option) *harness {
	t.Helper()
	endpoint, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{T: t, clock: caastest.NewClock(start)}
	config := caas.Config{
		Endpoint: endpoint, Token: testToken, UserAgent: "agent/1",
		RequestTimeout: 30 * time.Second, MaxRetries: 3, Clock: h.clock,
		Trace: func(_ context.Context, e caas.Exchange) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.traced = append(h.traced, e)
		},
	}
	for _, o := range options {
		o(&config)
	}
	h.client = caas.New(config)
	return h
}

// requests returns what the server received so far.
func (h *harness) requests() []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.received)
}

// attempts returns what the client traced so far.
func (h *harness) attempts() []caas.Exchange {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.traced)
}

func (h *harness) elapsed() time.Duration { return h.clock.Now().Sub(start) }

// wantSent fails the test unless the server received n requests, all of them
// equal, within d.
func (h *harness) wantSent(n int, d time.Duration) {
	h.Helper()
	sent := h.requests()
	if len(sent) != n || h.elapsed() != d {
		h.Errorf("%d requests in %s, want %d in %s", len(sent), h.elapsed(), n, d)
	}
	for i, r := range sent {
		if r.method != sent[0].method || r.uri != sent[0].uri || r.body != sent[0].body {
			h.Errorf("request %d was %s %s %q, not as the first", i, r.method, r.uri, r.body)
		}
	}
}

// script handles each request with the next step, and all others with the last.
func script(steps ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	next := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		step := steps[min(next, len(steps)-1)]
		next++
		mu.Unlock()
		step(w, r)
	}
}

// respond returns a step that responds with a status, a body, and pairs of header.
func respond(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have left
	}
}

// flush is a step that sends a string at once.
func flush(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
	}
}

// reset is a step that resets the connection.
func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0) // without it the connection is closed in order
	_ = conn.Close()
}

// truncate is a step that sends the first bytes of a longer body.
func truncate(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	flush(`{"id":"d","sta`)(w, r)
	panic(http.ErrAbortHandler)
}

// hang returns a step that lets d pass on the client's clock, and never responds.
func hang(d time.Duration) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		r.Context().Value(harnessKey{}).(*harness).clock.Advance(d)
		<-r.Context().Done()
	}
}

// apiError returns the *caas.Error that err has to be.
func apiError(t *testing.T, err error) *caas.Error {
	t.Helper()
	e, ok := err.(*caas.Error) //nolint:errorlint // the client promises this very type
	if !ok {
		t.Fatalf("got %T %v, want a *caas.Error", err, err)
	}
	return e
}

// contains fails the test unless text holds each part.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}
