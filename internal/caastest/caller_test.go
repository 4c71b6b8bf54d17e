package caastest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// caller talks to a mock over plain HTTP, with the right credential unless
// another one is set.
type caller struct {
	*testing.T
	*caastest.Server
	clock  *caastest.FakeClock
	header http.Header
}

// start starts a mock on a fake clock.
func start(t *testing.T, o caastest.Options) *caller {
	t.Helper()
	clock := caastest.NewFakeClock(newYear)
	o.Clock = clock
	return &caller{
		T: t, Server: caastest.Start(t, o), clock: clock,
		header: http.Header{"Authorization": {"Bearer test-token"}},
	}
}

// got is an answer that was read to its end.
type got struct {
	status int
	header http.Header
	body   string
}

// try sends a request to a path below the prefix, or to a full path that starts
// with /v1/; body is a string, or what becomes JSON, or nil.
func (c *caller) try(method, path string, body any) (got, error) {
	c.Helper()
	if !strings.HasPrefix(path, "/v1/") {
		path = caastest.Prefix + path
	}
	var sent io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(body)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			c.Fatal(err)
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.Context(), method, c.URL()+path, sent)
	if err != nil {
		c.Fatal(err)
	}
	req.Header = c.header.Clone()
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return got{}, err
	}
	raw, err := io.ReadAll(res.Body)
	if closed := res.Body.Close(); err == nil {
		err = closed
	}
	return got{res.StatusCode, res.Header, string(raw)}, err
}

// call is try that has to get an answer of the status wanted.
func (c *caller) call(want int, method, path string, body any) got {
	c.Helper()
	g, err := c.try(method, path, body)
	if err != nil {
		c.Fatalf("%s %s: %v", method, path, err)
	}
	if g.status != want {
		c.Fatalf("%s %s: status %d, want %d: %s", method, path, g.status, want, g.body)
	}
	return g
}

// tree is JSON to walk in.
type tree struct {
	t *testing.T
	v any
}

func (c *caller) tree(g got) tree {
	c.Helper()
	var v any
	if err := json.Unmarshal([]byte(g.body), &v); err != nil {
		c.Fatalf("%v: %s", err, g.body)
	}
	return tree{c.T, v}
}

// get returns what is at a path of names and indices such as "data.workers.0".
func (t tree) get(path string) any {
	t.t.Helper()
	v := t.v
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			inner, ok := at[step]
			if !ok {
				t.t.Fatalf("no %q of %q in %v", step, path, at)
			}
			v = inner
		case []any:
			i := int(step[0] - '0')
			if i >= len(at) {
				t.t.Fatalf("no %q of %q in %v", step, path, at)
			}
			v = at[i]
		default:
			t.t.Fatalf("no %q of %q in %v", step, path, v)
		}
	}
	return v
}

// is checks that what is at the path is the value, numbers being float64.
func (t tree) is(path string, want any) {
	t.t.Helper()
	if v := t.get(path); v != want {
		t.t.Errorf("%s = %#v, want %#v", path, v, want)
	}
}

func (t tree) items(path string) []any {
	t.t.Helper()
	items, ok := t.get(path).([]any)
	if !ok {
		t.t.Fatalf("%s = %#v, want a list", path, t.get(path))
	}
	return items
}

// order is a deploy call for 2 × 8 GPUs for 10 hours, 398.40 USDC.
func order(name string) map[string]any {
	return map[string]any{
		"resource_private_name": name,
		"duration_hours":        10,
		"gpus_per_container":    8,
		"hardware_id":           203,
		"location_ids":          []int{2, 1},
		"container_config": map[string]any{
			"replica_count":        2,
			"entrypoint":           []string{"serve"},
			"traffic_port":         8080,
			"env_variables":        map[string]string{"A": "1"},
			"secret_env_variables": map[string]string{"Z": "top", "K": "secret"},
			"args":                 []string{"--fast"},
		},
		"registry_config": map[string]any{"image_url": "ghcr.io/acme/app:1"},
	}
}

// deploy deploys an order and returns the id.
func (c *caller) deploy(name string) string {
	c.Helper()
	id, ok := c.tree(c.call(http.StatusOK, "POST", "/deploy", order(name))).get("deployment_id").(string)
	if !ok {
		c.Fatal("no deployment_id")
	}
	return id
}

// status is what the API says of a deployment.
func (c *caller) status(id string) any {
	c.Helper()
	return c.tree(c.call(http.StatusOK, "GET", "/deployment/"+id, nil)).get("data.status")
}
