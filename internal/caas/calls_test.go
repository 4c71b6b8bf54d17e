package caas_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// kind is how a call treats failures and what it needs of the response.
type kind int

const (
	purchase kind = iota // costs money each time it is accepted
	change               // needs no response body
	read                 // needs a body
	stream               // reads the body later
)

// everyCall are all calls of the client, for what must hold for each.
var everyCall = []struct {
	name string
	kind
	method, uri, body string // of the request for the ID someID
	good              string // a usable response
	do                func(ctx context.Context, c *caas.Client, id string) (any, error)
}{
	{"Deploy", purchase, "POST", prefix + "/deploy", smallBody, `{"status":"deployment requested","deployment_id":"x"}`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) { return c.Deploy(ctx, smallRequest()) }},
	{"Extend", purchase, "POST", prefix + "/deployment/" + someID + "/extend", `{"duration_hours":3}`, `{"data":{"id":"d","status":"running"}}`,
		func(ctx context.Context, c *caas.Client, id string) (any, error) { return nil, c.Extend(ctx, id, 3) }},
	{"Update", change, "PATCH", prefix + "/deployment/" + someID, `{"image_url":"nginx:2"}`, `{"status":"running","deployment_id":"x"}`,
		func(ctx context.Context, c *caas.Client, id string) (any, error) {
			return nil, c.Update(ctx, id, caas.UpdateRequest{ImageURL: caas.Set("nginx:2")})
		}},
	{"Rename", change, "PUT", prefix + "/clusters/" + someID + "/update-name", `{"cluster_name":"a \"b\""}`, `{"status":"ok"}`,
		func(ctx context.Context, c *caas.Client, id string) (any, error) {
			return nil, c.Rename(ctx, id, `a "b"`)
		}},
	{"Destroy", change, "DELETE", prefix + "/deployment/" + someID, ``, `{"status":"termination requested","deployment_id":"x"}`,
		func(ctx context.Context, c *caas.Client, id string) (any, error) { return nil, c.Destroy(ctx, id) }},
	{"Deployment", read, "GET", prefix + "/deployment/" + someID, ``, `{"data":{"id":"x","status":"running"}}`,
		func(ctx context.Context, c *caas.Client, id string) (any, error) { return c.Deployment(ctx, id) }},
	{"Containers", read, "GET", prefix + "/deployment/" + someID + "/containers", ``, `{"data":{"total":0,"workers":[]}}`,
		func(ctx context.Context, c *caas.Client, id string) (any, error) { return c.Containers(ctx, id) }},
	{"Log", stream, "GET", prefix + "/deployment/" + someID + "/log/" + someID + "?stream=stderr", ``, "one\n",
		func(ctx context.Context, c *caas.Client, id string) (any, error) {
			log, err := c.Log(ctx, id, id, "stderr")
			if err == nil {
				err = log.Close()
			}
			return nil, err
		}},
	{"Deployments", read, "GET", prefix + "/deployments?page=0&page_size=100", ``, `{"data":{"total":0,"deployments":[]}}`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) { return all(ctx, c, "") }},
	{"Hardware", read, "GET", prefix + "/hardware/max-gpus-per-container", ``, `{"data":{"total":0,"hardware":[]}}`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) { return c.Hardware(ctx) }},
	{"Locations", read, "GET", "/v1/io-cloud/caas/locations", ``, `{"data":{"total":0,"locations":[]}}`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) { return c.Locations(ctx) }},
	{"AvailableReplicas", read, "GET", prefix + "/available-replicas?hardware_id=203&hardware_qty=8", ``, `{"data":[]}`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) {
			return c.AvailableReplicas(ctx, 203, 8)
		}},
	{"Price", read, "GET", prefix + "/price?duration_hours=24&gpus_per_container=8&hardware_id=203&location_ids=%5B1%2C2%5D&replica_count=2", ``,
		`{"data":{"total_cost_usdc":1.5}}`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) { return c.Price(ctx, smallPrice) }},
	{"IsNameAvailable", read, "GET", prefix + "/clusters/check_cluster_name_availability?cluster_name=a%26b%3D+%C3%A9%2F%3F%23%25", ``, `true`,
		func(ctx context.Context, c *caas.Client, _ string) (any, error) {
			return c.IsNameAvailable(ctx, "a&b= é/?#%")
		}},
}

var smallPrice = caas.PriceRequest{LocationIDs: []int64{1, 2}, HardwareID: 203, DurationHours: 24, GPUsPerContainer: 8, ReplicaCount: 2}

// smallRequest returns what a deploy must have and nothing more.
func smallRequest() caas.DeployRequest {
	return caas.DeployRequest{
		ResourcePrivateName: "web", DurationHours: 1, GPUsPerContainer: 8, HardwareID: 203, LocationIDs: []int64{1},
		ContainerConfig: caas.ContainerConfig{ReplicaCount: 1, Entrypoint: []string{"/bin/app"}, TrafficPort: 80},
	}
}

const smallBody = `{"resource_private_name":"web","duration_hours":1,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],` +
	`"container_config":{"replica_count":1,"entrypoint":["/bin/app"],"traffic_port":80},"registry_config":{}}`

// all returns the whole list.
func all(ctx context.Context, c *caas.Client, status caas.Status) ([]caas.DeploymentItem, error) {
	var items []caas.DeploymentItem
	for item, err := range c.Deployments(ctx, status) {
		if err != nil {
			return items, err
		}
		items = append(items, item)
	}
	return items, nil
}

// TestCalls_requests compares each request with the contract. An ID is escaped, and
// not sent where it would change the path all the same.
func TestCalls_requests(t *testing.T) {
	for _, c := range everyCall {
		header := http.Header{
			"User-Agent": {"agent/1"}, "Authorization": {"Bearer " + testToken}, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"},
		}
		if c.kind == stream {
			header["Accept"], header["Accept-Encoding"] = []string{"text/event-stream, text/plain, */*"}, []string{"identity"}
		}
		if c.body != "" {
			header["Content-Type"] = []string{"application/json"}
		}
		for id, escaped := range map[string]string{
			someID: someID, "../a b": "..%2Fa%20b", "%2e%2e": "%252e%252e", "a?b#c\n": "a%3Fb%23c%0A", `..\é`: "..%5C%C3%A9", "...": "...",
		} {
			h := newHarness(t, respond(200, c.good))
			if _, err := c.do(t.Context(), h.client, id); err != nil {
				t.Errorf("%s of %q: %v", c.name, id, err)
				continue
			}
			h.wantSent(1, 0)
			got, uri := h.requests()[0], strings.ReplaceAll(c.uri, someID, escaped)
			if got.method != c.method || got.uri != uri || got.body != c.body {
				t.Errorf("%s of %q sent\n%s %s %s, want\n%s %s %s", c.name, id, got.method, got.uri, got.body, c.method, uri, c.body)
			}
			if delete(got.header, "Content-Length"); !reflect.DeepEqual(got.header, header) {
				t.Errorf("%s sent %v, want %v", c.name, got.header, header)
			}
		}
		for _, id := range []string{"", ".", ".."} {
			if !strings.Contains(c.uri, someID) {
				continue
			}
			h := newHarness(t, respond(200, c.good))
			_, err := c.do(t.Context(), h.client, id)
			if _ = apiError(t, err); !caas.IsRejected(err) || caas.IsTransient(err) {
				t.Errorf("%s of %q: %v", c.name, id, err)
			}
			h.wantSent(0, 0)
		}
	}
}
