package caas_test

import (
	"compress/gzip"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestTransport_credentials: each attempt has the configured credentials and no other.
func TestTransport_credentials(t *testing.T) {
	for _, test := range []struct {
		token, key            string
		authorization, apiKey []string
	}{
		{"tok", "", []string{"Bearer tok"}, nil}, {"", "key", nil, []string{"key"}}, {"tok", "key", []string{"Bearer tok"}, []string{"key"}}, {"", "", nil, nil},
	} {
		h := newHarness(t, script(respond(429, ``), respond(200, ``)), withCredentials(test.token, test.key))
		if err := h.client.Destroy(t.Context(), someID); err != nil {
			t.Error(err)
		}
		for _, r := range h.requests() {
			if !slices.Equal(r.header["Authorization"], test.authorization) || !slices.Equal(r.header["X-Api-Key"], test.apiKey) {
				t.Errorf("%+v: got %v", test, r.header)
			}
		}
	}
}

// TestTransport_redirect: the host that a redirect names receives nothing at all,
// not even a connection, in particular no credential.
func TestTransport_redirect(t *testing.T) {
	var connections atomic.Int32
	other := httptest.NewUnstartedServer(respond(200, `{}`))
	other.Config.ConnState = func(net.Conn, http.ConnState) { connections.Add(1) }
	other.Start()
	t.Cleanup(other.Close)
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for _, c := range everyCall {
			h := newHarness(t, respond(status, `{}`, "Location", other.URL+"/x"))
			_, err := c.do(t.Context(), h.client, someID)
			if e := apiError(t, err); e.Status != status || predicates(err) != (holds{}) {
				t.Errorf("%s: %#v", c.name, e)
			}
			contains(t, err.Error(), "redirects are not followed")
			h.wantSent(1, 0)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("the other host received %d connections", n)
	}
}

// TestTransport_trace: a log gets every attempt, and an ID can't forge a line of it.
func TestTransport_trace(t *testing.T) {
	h := newHarness(t, script(reset, respond(503, ``), respond(404, ``)))
	_, err := h.client.Deployment(t.Context(), "a b\n")
	attempts := h.attempts()
	if !caas.IsNotFound(err) || len(attempts) != 3 {
		t.Fatalf("traced %+v: %v", attempts, err)
	}
	for i, status := range []int{0, 503, 404} {
		a := attempts[i]
		if a.Status != status || (a.Err != nil) != (status == 0) || a.Method != "GET" || a.Path != prefix+"/deployment/a%20b%0A" {
			t.Errorf("traced %+v", a)
		}
	}
}

// TestTransport_size: a response that is too large is neither read to its end nor
// requested again, also when it is compressed.
func TestTransport_size(t *testing.T) {
	var sent atomic.Int64
	endless := func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			n, err := w.Write(make([]byte, 1<<20))
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	compressed := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, 8<<20+1))
		_ = z.Close()
	}
	for _, step := range []http.HandlerFunc{endless, compressed} {
		h := newHarness(t, step)
		err := h.client.Destroy(t.Context(), someID)
		if predicates(err) != (holds{}) {
			t.Errorf("it may have been destroyed: %v", err)
		}
		contains(t, apiError(t, err).Reason(), "the response is larger than 8 MiB")
		h.wantSent(1, 0)
	}
	if n := sent.Load(); n > 50<<20 { // the system's buffers hold some
		t.Errorf("%d MiB were sent before the client closed the connection", n>>20)
	}
	h := newHarness(t, respond(200, `{"id":"d","status":"running","x":"`+strings.Repeat("x", 8<<20-36)+`"}`))
	if _, err := h.client.Deployment(t.Context(), someID); err != nil {
		t.Errorf("8 MiB are not too large: %v", err)
	}
}

// TestTransport_endpointWithPath: a proxy may put the API below a path.
func TestTransport_endpointWithPath(t *testing.T) {
	for _, tail := range []string{"/proxy", "/proxy/"} {
		h := newHarness(t, respond(200, `{"locations":[]}`), func(c *caas.Config) { c.Endpoint = c.Endpoint.JoinPath(tail) })
		if _, err := h.client.Locations(t.Context()); err != nil {
			t.Error(err)
		}
		if got := h.requests()[0]; got.uri != "/proxy/v1/io-cloud/caas/locations" {
			t.Errorf("requested %s", got.uri)
		}
	}
}

// TestTransport_onePool: concurrent requests share few connections, which those
// after them use again.
func TestTransport_onePool(t *testing.T) {
	h := newHarness(t, respond(200, `true`))
	for range 20 {
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := h.client.IsNameAvailable(t.Context(), "web"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	connections := map[string]bool{}
	for _, r := range h.requests() {
		connections[r.from] = true
	}
	if n := len(h.requests()); n != 200 || len(connections) > 40 {
		t.Errorf("%d connections for %d requests, ten at a time", len(connections), n)
	}
}
