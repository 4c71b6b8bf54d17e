package caastest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// testClient calls a mock over HTTP.
type testClient struct {
	*testing.T
	*caastest.Server
	clock  *caastest.Clock
	header http.Header
}

func newClient(t *testing.T, o caastest.Options) *testClient {
	t.Helper()
	clock := caastest.NewClock(newYear)
	o.Clock = clock
	return &testClient{
		T: t, Server: caastest.Start(t, o), clock: clock,
		header: http.Header{"Authorization": {"Bearer test-token"}, "Content-Type": {"application/json"}},
	}
}

// reply is a reply that was read to its end.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// try sends a request to a path below the prefix. The body is a string or a value
// to marshal.
func (c *testClient) try(method, path string, body any) (reply, error) {
	c.Helper()
	sent, ok := body.(string)
	if !ok {
		raw, err := json.Marshal(body)
		if err != nil {
			c.Fatal(err)
		}
		sent = string(raw)
	}
	req, err := http.NewRequestWithContext(c.Context(), method, c.URL()+caastest.Prefix+path, bytes.NewBufferString(sent))
	if err != nil {
		c.Fatal(err)
	}
	req.Header = c.header
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return reply{}, err
	}
	raw, err := io.ReadAll(res.Body)
	if closed := res.Body.Close(); err == nil {
		err = closed
	}
	return reply{c.T, res.StatusCode, res.Header, string(raw)}, err
}

// call is try that must get a reply with the status.
func (c *testClient) call(status int, method, path string, body any) reply {
	c.Helper()
	r, err := c.try(method, path, body)
	if err != nil {
		c.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status != status {
		c.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, status, r.body)
	}
	return r
}

// get is a GET that must succeed.
func (c *testClient) get(path string) reply {
	c.Helper()
	return c.call(http.StatusOK, "GET", path, "")
}

// get returns what is at a path of names and indices such as "data.workers.0",
// nil when it is missing.
func (r reply) get(path string) any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		r.t.Fatalf("%v: %s", err, r.body)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				r.t.Fatalf("no %q of %q in %v", step, path, at)
			}
			v = at[i]
		default:
			r.t.Fatalf("no %q of %q in %v", step, path, v)
		}
	}
	return v
}

// want checks what is at a path, as fmt prints it.
func (r reply) want(path string, want any) {
	r.t.Helper()
	if v := r.get(path); fmt.Sprint(v) != fmt.Sprint(want) {
		r.t.Errorf("%s = %v, want %v", path, v, want)
	}
}

// deployBody is a deploy call for 2 × 8 GPUs for 10 hours, 398.40 USDC.
func deployBody(name string) map[string]any {
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
			"secret_env_variables": map[string]string{"K": "secret"},
			"args":                 []string{"--fast"},
		},
		"registry_config": map[string]any{"image_url": "ghcr.io/acme/app:1"},
	}
}

// deploy deploys and returns the id.
func (c *testClient) deploy(name string) string {
	c.Helper()
	return fmt.Sprint(c.call(http.StatusOK, "POST", "/deploy", deployBody(name)).get("deployment_id"))
}

// patch changes a deployment and returns it.
func (c *testClient) patch(id, body string) caastest.Deployment {
	c.Helper()
	c.call(http.StatusOK, "PATCH", "/deployment/"+id, body).want("deployment_id", id)
	d, _ := c.Deployment(id)
	return d
}

// detail reads a deployment.
func (c *testClient) detail(id string) reply {
	c.Helper()
	return c.get("/deployment/" + id)
}

// wantStatus checks the status that the API returns of a deployment.
func (c *testClient) wantStatus(id, want string) {
	c.Helper()
	c.detail(id).want("data.status", want)
}

// names returns the names and statuses in the list.
func (c *testClient) names(query string) string {
	c.Helper()
	var names []string
	for _, item := range c.get("/deployments" + query).get("data.deployments").([]any) {
		o := item.(map[string]any)
		names = append(names, fmt.Sprint(o["name"], " ", o["status"]))
	}
	return strings.Join(names, ", ")
}
