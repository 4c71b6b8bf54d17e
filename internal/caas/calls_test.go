package caas_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// everyCall are all calls of the client, for what must hold of each.
var everyCall = []struct {
	name, method string
	once         bool   // sent again only when it surely did not land
	good         string // a reply that it takes
	do           func(context.Context, *caas.Client) (any, error)
}{
	{"Deploy", http.MethodPost, true, `{"status":"deployment requested","deployment_id":"x"}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.Deploy(ctx, smallRequest()) }},
	{"Extend", http.MethodPost, true, `{"data":{"id":"d","status":"running"}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return nil, c.Extend(ctx, someID, 3) }},
	{"Update", http.MethodPatch, false, `{"status":"running","deployment_id":"x"}`,
		func(ctx context.Context, c *caas.Client) (any, error) {
			return nil, c.Update(ctx, someID, caas.UpdateRequest{ImageURL: caas.Set("nginx:2")})
		}},
	{"Rename", http.MethodPut, false, `{"status":"ok","message":"done"}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return nil, c.Rename(ctx, someID, "other") }},
	{"Destroy", http.MethodDelete, false, `{"status":"termination requested","deployment_id":"x"}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return nil, c.Destroy(ctx, someID) }},
	{"Deployment", http.MethodGet, false, `{"data":{"id":"x","status":"running"}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.Deployment(ctx, someID) }},
	{"Containers", http.MethodGet, false, `{"data":{"total":0,"workers":[]}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.Containers(ctx, someID) }},
	{"Deployments", http.MethodGet, false, `{"data":{"total":0,"deployments":[]}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return all(ctx, c, "") }},
	{"Hardware", http.MethodGet, false, `{"data":{"total":0,"hardware":[]}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.Hardware(ctx) }},
	{"Locations", http.MethodGet, false, `{"data":{"total":0,"locations":[]}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.Locations(ctx) }},
	{"AvailableReplicas", http.MethodGet, false, `{"data":[]}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.AvailableReplicas(ctx, 203, 8) }},
	{"Price", http.MethodGet, false, `{"data":{"total_cost_usdc":1.5}}`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.Price(ctx, smallPrice) }},
	{"NameAvailable", http.MethodGet, false, `true`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.NameAvailable(ctx, "web") }},
}

var smallPrice = caas.PriceRequest{LocationIDs: []int64{1, 2}, HardwareID: 203, DurationHours: 24, GPUsPerContainer: 8, ReplicaCount: 2}

// smallRequest has what a deploy must have and nothing more.
func smallRequest() caas.DeployRequest {
	return caas.DeployRequest{
		ResourcePrivateName: "web", DurationHours: 1, GPUsPerContainer: 8, HardwareID: 203, LocationIDs: []int64{1},
		ContainerConfig: caas.ContainerConfig{ReplicaCount: 1, Entrypoint: []string{"/bin/app"}, TrafficPort: 80},
	}
}

// all reads the whole list.
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

// dialects are the spellings in which every reply must mean the same.
var dialects = map[string]caastest.Dialect{
	"statuses in upper case":  {UpperStatus: true},
	"times without a zone":    {Zoneless: true},
	"nine fraction digits":    {Nanoseconds: true},
	"numbers as strings":      {NumberStrings: true},
	"integers as 8.0":         {FloatIntegers: true},
	"null lists":              {NullLists: true},
	"bare":                    {Bare: true},
	"wrapped twice":           {DoubleWrap: true},
	"bare and wrapped twice":  {Bare: true, DoubleWrap: true},
	"members nobody knows":    {ExtraMembers: true},
	"pages from 1":            {PagesFromOne: true},
	"pages 0 and 1 are equal": {PageIgnored: true},
	"regional rows":           {RegionalRows: true},
	"all at once": {
		UpperStatus: true, Zoneless: true, Nanoseconds: true, NumberStrings: true, FloatIntegers: true,
		NullLists: true, Bare: true, DoubleWrap: true, ExtraMembers: true, PageIgnored: true, RegionalRows: true,
	},
}

// TestEveryCall_readsEveryDialect reads the same account in each spelling.
func TestEveryCall_readsEveryDialect(t *testing.T) {
	r := onMock(t, caastest.Options{})
	made := r.mock.Add(caastest.Deployment{
		Name: "full", HardwareID: 203, LocationIDs: []int{1, 2}, Replicas: 2, DurationHours: 24,
		Entrypoint: []string{"/bin/app", "--x"}, TrafficPort: 8080, Env: map[string]string{"A": "8"},
		SecretEnv: map[string]string{"S": "s3cret"}, ImageURL: "ghcr.io/o/i:1", AmountPaid: 12.5,
	})
	r.mock.Add(caastest.Deployment{Name: "second"})
	r.clock.Advance(90 * time.Minute)
	read := func() map[string]any {
		got := map[string]any{}
		for _, c := range everyCall {
			if c.method != http.MethodGet {
				continue
			}
			var result any
			var err error
			switch c.name {
			case "Deployment":
				result, err = r.client.Deployment(t.Context(), made)
			case "Containers":
				result, err = r.client.Containers(t.Context(), made)
			default:
				result, err = c.do(t.Context(), r.client)
			}
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			got[c.name] = result
		}
		return got
	}
	want := read()
	if d := want["Deployment"].(*caas.Deployment); d.TotalContainers != 2 || d.ContainerConfig.EnvVariables["A"] != "8" {
		t.Fatalf("the canonical reply was not read whole: %+v", d)
	}
	for name, dialect := range dialects {
		t.Run(name, func(t *testing.T) {
			r.mock.Speak(dialect)
			got := read()
			for call := range want {
				if !reflect.DeepEqual(got[call], want[call]) {
					t.Errorf("%s:\ngot  %+v\nwant %+v", call, got[call], want[call])
				}
			}
		})
	}
}

// TestEveryCall_changesInEveryDialect makes, changes and ends a deployment.
func TestEveryCall_changesInEveryDialect(t *testing.T) {
	for name, dialect := range dialects {
		t.Run(name, func(t *testing.T) {
			r := onMock(t, caastest.Options{})
			r.mock.Speak(dialect)
			ctx := t.Context()
			id, err := r.client.Deploy(ctx, smallRequest())
			if err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(time.Hour / 2)
			for what, err := range map[string]error{
				"Extend": r.client.Extend(ctx, id, 2),
				"Update": r.client.Update(ctx, id, caas.UpdateRequest{ImageURL: caas.Set("nginx:2")}),
				"Rename": r.client.Rename(ctx, id, "other"),
			} {
				if err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			d, ok := r.mock.Deployment(id)
			if !ok || d.DurationHours != 3 || d.ImageURL != "nginx:2" || d.Name != "other" {
				t.Errorf("the mock holds %+v", d)
			}
			if err := r.client.Destroy(ctx, id); err != nil {
				t.Errorf("Destroy: %v", err)
			}
			if d, _ := r.mock.Deployment(id); d.Status != caastest.StatusTerminating {
				t.Errorf("after Destroy the status is %q", d.Status)
			}
		})
	}
}

// TestEveryCall_wrappers does by hand what the mock's dialects do, as those
// don't wrap what is told bare.
func TestEveryCall_wrappers(t *testing.T) {
	bare := map[string]string{
		"Deploy": `{"status":"x","deployment_id":"x"}`, "Extend": `{"id":"d","status":"running"}`, "Update": `{}`, "Rename": `{}`, "Destroy": `{}`,
		"Deployment": `{"id":"d","status":"running"}`, "Containers": `{"workers":[{"container_id":"c"}]}`,
		"Deployments": `{"deployments":[{"id":"d"}],"total":1}`, "Hardware": `{"hardware":[{"hardware_id":1}]}`,
		"Locations": `{"locations":[{"id":1}]}`, "AvailableReplicas": `[{"id":1}]`,
		"Price": `{"total_cost_usdc":"1.5"}`, "NameAvailable": `true`,
	}
	for _, c := range everyCall {
		t.Run(c.name, func(t *testing.T) {
			body := bare[c.name]
			var first any
			for depth := range 3 {
				r := onScript(t, reply(200, body))
				got, err := c.do(t.Context(), r.client)
				if err != nil {
					t.Fatalf("%s: %v", body, err)
				}
				if depth == 0 {
					first = got
				}
				if !reflect.DeepEqual(got, first) {
					t.Errorf("%s: got %+v, want %+v", body, got, first)
				}
				body = `{"data":` + body + `}`
			}
		})
	}
}

// TestEveryCall_bareLists reads lists that stand alone, and lists that are null.
func TestEveryCall_bareLists(t *testing.T) {
	for _, c := range everyCall {
		switch c.name {
		case "Containers", "Deployments", "Hardware", "Locations", "AvailableReplicas":
		default:
			continue
		}
		name := map[string]string{"Containers": "workers", "Deployments": "deployments", "Hardware": "hardware",
			"Locations": "locations", "AvailableReplicas": "locations"}[c.name]
		row := `{"id":1,"hardware_id":1,"container_id":"c"}`
		for _, body := range []string{
			`[` + row + `]`, `{"data":[` + row + `]}`, `{"` + name + `":[` + row + `]}`,
			`[]`, `null`, `{"data":null}`, `{"` + name + `":null}`, `{"data":{"` + name + `":null,"total":0}}`,
		} {
			r := onScript(t, reply(200, body))
			got, err := c.do(t.Context(), r.client)
			if err != nil {
				t.Errorf("%s: %s: %v", c.name, body, err)
				continue
			}
			want := strings.Count(body, row)
			if n := reflect.ValueOf(got).Len(); n != want {
				t.Errorf("%s: %s: %d rows, want %d", c.name, body, n, want)
			}
		}
		if _, err := c.do(t.Context(), onScript(t, reply(200, `{"total":0}`)).client); !caas.IsSuccess(err) {
			t.Errorf("%s: a reply without a list: %v", c.name, err)
		}
	}
}
