package caas_test

import (
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestTransport_headers are those of every call, and no other credential.
func TestTransport_headers(t *testing.T) {
	for name, test := range map[string]struct{ token, key, bearer string }{
		"token": {"tok", "", "Bearer tok"}, "key": {"", "key", ""}, "both": {"tok", "key", "Bearer tok"}, "neither": {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range everyCall {
				r := onScript(t, script(reply(429, ``), reply(200, c.good)), withCredentials(test.token, test.key))
				if _, err := c.do(t.Context(), r.client); err != nil {
					t.Fatal(err)
				}
				for _, req := range r.seen() {
					h := req.header
					if h.Get("Authorization") != test.bearer || h.Get("X-Api-Key") != test.key ||
						len(h.Values("Authorization")) > 1 || h.Get("User-Agent") != "agent/1" || h.Get("Accept") != "application/json" {
						t.Errorf("%s: %v", c.name, h)
					}
					if (req.body != "") != (h.Get("Content-Type") == "application/json") {
						t.Errorf("%s: %q is %q", c.name, req.body, h.Get("Content-Type"))
					}
				}
			}
		})
	}
}

// TestTransport_redirect: none is followed. The other host receives nothing at all,
// not even a connection, and on the same host a POST would become a GET.
func TestTransport_redirect(t *testing.T) {
	var connections atomic.Int32
	other := httptest.NewUnstartedServer(reply(200, `{}`))
	other.Config.ConnState = func(net.Conn, http.ConnState) { connections.Add(1) }
	other.Start()
	t.Cleanup(other.Close)
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		for _, location := range []string{other.URL + "/x", "/elsewhere", "", ":::"} {
			for _, c := range everyCall {
				r := onScript(t, reply(status, `{}`, "Location", location, "Refresh", "0;url="+other.URL))
				_, err := c.do(t.Context(), r.client)
				if e := apiError(t, err); e.Status != status || caas.IsRejected(err) || caas.IsAccepted(err) || caas.IsTransient(err) {
					t.Errorf("%s: %#v", c.name, e)
				}
				contains(t, err.Error(), "redirects are not followed")
				r.wantSent(1)
			}
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("the other host saw %d connections", n)
	}
}

// TestTransport_trace: a log gets each attempt, and nothing that must not be in it.
func TestTransport_trace(t *testing.T) {
	r := onScript(t, script(reset, reply(503, `{"detail":"`+testToken+`"}`), reply(404, `{"detail":"`+testToken+`"}`)))
	_, err := r.client.Deployment(t.Context(), "a b\n")
	if !caas.IsNotFound(err) {
		t.Fatal(err)
	}
	attempts := r.traced()
	if len(attempts) != 3 || attempts[0].Status != 0 || attempts[0].Err == nil || attempts[1].Status != 503 || attempts[2].Status != 404 {
		t.Fatalf("traced %+v", attempts)
	}
	for _, attempt := range attempts {
		if attempt.Method != "GET" || attempt.Path != prefix+"/deployment/a%20b%0A" {
			t.Errorf("traced %s %q: a log must not be forged", attempt.Method, attempt.Path)
		}
	}
}

// TestTransport_size: a huge reply is neither read to its end nor requested again,
// also when it is small on the wire.
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
		_, _ = z.Write(make([]byte, 16<<20))
		_ = z.Close()
	}
	for _, answer := range []http.HandlerFunc{endless, compressed} {
		r := onScript(t, answer)
		_, err := r.client.Deployment(t.Context(), someID)
		contains(t, err.Error(), "the response is larger than 8 MiB")
		r.wantSent(1)
	}
	if n := sent.Load(); n > 50<<20 { // the system's buffers hold some
		t.Errorf("%d MiB were sent before the client hung up", n>>20)
	}
	r := onScript(t, reply(200, `{"data":{"id":"d","status":"running","x":"`+strings.Repeat("x", 7<<20)+`"}}`))
	if _, err := r.client.Deployment(t.Context(), someID); err != nil {
		t.Errorf("7 MiB are not too large: %v", err)
	}
}

// TestTransport_ids: an ID never changes the rest of the path.
func TestTransport_ids(t *testing.T) {
	escaped := map[string]string{
		"a/b": "a%2Fb", "../../x": "..%2F..%2Fx", "%2e%2e": "%252e%252e", "%2f": "%252f", "a b": "a%20b", "a?b#c": "a%3Fb%23c",
		`..\..`: "..%5C..", "...": "...", "é\n": "%C3%A9%0A", "a;b": "a%3Bb", " ": "%20",
	}
	uses := map[string]func(context.Context, *caas.Client, string) error{
		"/deployment/%s": func(ctx context.Context, c *caas.Client, id string) error {
			_, err := c.Deployment(ctx, id)
			return err
		},
		"/deployment/%s/containers": func(ctx context.Context, c *caas.Client, id string) error {
			_, err := c.Containers(ctx, id)
			return err
		},
		"/deployment/%s/extend":    func(ctx context.Context, c *caas.Client, id string) error { return c.Extend(ctx, id, 1) },
		"/clusters/%s/update-name": func(ctx context.Context, c *caas.Client, id string) error { return c.Rename(ctx, id, "n") },
		"/deployment/%s DELETE":    func(ctx context.Context, c *caas.Client, id string) error { return c.Destroy(ctx, id) },
		"/deployment/%s PATCH": func(ctx context.Context, c *caas.Client, id string) error {
			return c.Update(ctx, id, caas.UpdateRequest{})
		},
	}
	for pattern, use := range uses {
		path, _, _ := strings.Cut(pattern, " ")
		for id, want := range escaped {
			r := onScript(t, reply(200, `{"id":"d","status":"running","workers":[]}`))
			if err := use(t.Context(), r.client, id); err != nil {
				t.Errorf("%s of %q: %v", pattern, id, err)
				continue
			}
			if got, want := r.seen()[0].uri, prefix+strings.Replace(path, "%s", want, 1); got != want {
				t.Errorf("%s of %q requested %s, want %s", pattern, id, got, want)
			}
		}
		for _, id := range []string{"", ".", ".."} {
			r := onScript(t, reply(200, `{}`))
			err := use(t.Context(), r.client, id)
			if _ = apiError(t, err); !caas.IsRejected(err) || caas.IsTransient(err) {
				t.Errorf("%s of %q: %v", pattern, id, err)
			}
			r.wantSent(0)
		}
	}
}

// TestTransport_endpointWithPath: a proxy may put the API below a path.
func TestTransport_endpointWithPath(t *testing.T) {
	for _, tail := range []string{"/proxy", "/proxy/"} {
		r := onScript(t, reply(200, `{"locations":[]}`))
		below := onAddress(t, "http://"+r.host+tail)
		if _, err := below.client.Locations(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := r.seen()[0]; got.uri != "/proxy/v1/io-cloud/caas/locations" || got.header.Get("Authorization") == "" {
			t.Errorf("requested %+v", got)
		}
	}
}

// TestTransport_onePool: many requests at the same time share few connections,
// and those after them use the same ones again.
func TestTransport_onePool(t *testing.T) {
	r := onMock(t, caastest.Options{SkipContract: true})
	ask := func(n int) {
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				if _, err := r.client.IsNameAvailable(t.Context(), "web"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	for range 20 {
		ask(10)
	}
	connections := map[string]bool{}
	for _, req := range r.mock.Requests("", "") {
		connections[req.Conn] = true
	}
	if len(r.mock.Requests("", "")) != 200 || len(connections) > 40 {
		t.Errorf("%d connections for %d requests of 10 at a time", len(connections), len(r.mock.Requests("", "")))
	}
}
