package caas_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	testToken = "test-token" // what the mock accepts
	testKey   = "test-key"
	someID    = "5f0c0a4e-0000-4000-8000-000000000001"
	prefix    = "/enterprise/v1/io-cloud/caas"
)

// harness is a client on a clock of its own, and everything that it tried.
type harness struct {
	*testing.T
	client *caas.Client
	clock  *caastest.Clock
	host   string
	mock   *caastest.Server // nil where a script answers

	mu       sync.Mutex
	requests []request       // that a script answered, in order of arrival
	attempts []caas.Exchange // as traced
}

// request is one request as it came over the wire.
type request struct {
	method, uri string // the uri undecoded
	header      http.Header
	body        string
	at          time.Duration // since the start, on the clock
}

// option changes how the client is made.
type option func(*harness, *caas.Config)

func withRetries(n int) option { return func(_ *harness, c *caas.Config) { c.MaxRetries = n } }

func withTimeout(d time.Duration) option {
	return func(_ *harness, c *caas.Config) { c.RequestTimeout = d }
}

func withCredentials(token, key string) option {
	return func(_ *harness, c *caas.Config) { c.Token, c.APIKey = token, key }
}

// beforeSleep makes the client's clock call do before each sleep.
func beforeSleep(do func()) option {
	return func(r *harness, c *caas.Config) { c.Clock = hookedClock{r.clock, do} }
}

type hookedClock struct {
	*caastest.Clock
	beforeSleep func()
}

func (c hookedClock) Sleep(ctx context.Context, d time.Duration) error {
	c.beforeSleep()
	return c.Clock.Sleep(ctx, d)
}

// onMock is a client of the stateful mock.
func onMock(t *testing.T, o caastest.Options) *harness {
	t.Helper()
	r := &harness{T: t, clock: caastest.NewClock(newYear)}
	o.Clock = r.clock
	r.mock = caastest.Start(t, o)
	r.connect(r.mock.URL(), nil)
	return r
}

// onScript is a client of a handler, for what the mock can't say.
func onScript(t *testing.T, handler http.HandlerFunc, options ...option) *harness {
	t.Helper()
	r := &harness{T: t, clock: caastest.NewClock(newYear)}
	server := httptest.NewServer(r.recorded(handler))
	t.Cleanup(server.Close)
	r.connect(server.URL, options)
	return r
}

// onAddress is a client of whatever listens at an address, if anything does.
func onAddress(t *testing.T, address string) *harness {
	t.Helper()
	r := &harness{T: t, clock: caastest.NewClock(newYear)}
	r.connect(address, nil)
	return r
}

func (r *harness) connect(address string, options []option) {
	r.Helper()
	endpoint, err := url.Parse(address)
	if err != nil {
		r.Fatal(err)
	}
	r.host = endpoint.Host
	config := caas.Config{
		Endpoint: endpoint, Token: testToken, UserAgent: "agent/1",
		RequestTimeout: 30 * time.Second, MaxRetries: 3, Clock: r.clock,
		Trace: func(_ context.Context, e caas.Exchange) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.attempts = append(r.attempts, e)
		},
	}
	for _, o := range options {
		o(r, &config)
	}
	r.client = caas.New(config)
}

// recorded writes down each request before the handler answers it.
func (r *harness) recorded(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			r.Errorf("reading a request: %v", err)
		}
		r.mu.Lock()
		r.requests = append(r.requests, request{
			req.Method, req.RequestURI, req.Header.Clone(), string(body), r.clock.Now().Sub(newYear),
		})
		r.mu.Unlock()
		handler(w, req.WithContext(context.WithValue(req.Context(), harnessKey{}, r)))
	}
}

// harnessKey is where a step finds the harness of its client.
type harnessKey struct{}

// seen are the requests that a script answered so far.
func (r *harness) seen() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]request(nil), r.requests...)
}

func (r *harness) traced() []caas.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]caas.Exchange(nil), r.attempts...)
}

func (r *harness) elapsed() time.Duration { return r.clock.Now().Sub(newYear) }

// wantSent fails the test unless exactly n requests arrived.
func (r *harness) wantSent(n int) {
	r.Helper()
	if got := len(r.seen()); got != n {
		r.Errorf("%d requests arrived, want %d", got, n)
	}
}

// script answers each request with the next step, and the last one for ever.
func script(steps ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	next := 0
	return func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		step := steps[min(next, len(steps)-1)]
		next++
		mu.Unlock()
		step(w, req)
	}
}

// reply is a step that answers with a status, a body, and pairs of header.
func reply(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have left
	}
}

// reset is a step that breaks the connection.
func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0) // else it is a polite end
	_ = conn.Close()
}

// cut is a step that promises the body and sends half.
func cut(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// hang is a step that lets d pass on the client's clock, and never answers.
func hang(d time.Duration) http.HandlerFunc {
	return func(_ http.ResponseWriter, req *http.Request) {
		req.Context().Value(harnessKey{}).(*harness).clock.Advance(d)
		<-req.Context().Done()
	}
}

// apiError is the *caas.Error that err has to be.
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

// lacks fails the test when text holds any of the parts.
func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q holds %q", text, part)
		}
	}
}
