package caas_test

import (
	"context"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// everyCall are all calls of the client, for what must hold for each.
var everyCall = []struct {
	name, method string
	purchase     bool
	good         string // a reply that it accepts
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
	{"IsNameAvailable", http.MethodGet, false, `true`,
		func(ctx context.Context, c *caas.Client) (any, error) { return c.IsNameAvailable(ctx, "web") }},
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
var dialects = map[string]caastest.Format{
	"statuses in upper case":  {UpperStatus: true},
	"times without a zone":    {Zoneless: true},
	"nine fraction digits":    {Nanoseconds: true},
	"numbers as strings":      {NumberStrings: true},
	"integers as 8.0":         {FloatIntegers: true},
	"null lists":              {NullLists: true},
	"bare":                    {Bare: true},
	"wrapped twice":           {DoubleWrap: true},
	"bare and wrapped twice":  {Bare: true, DoubleWrap: true},
	"unknown members":         {ExtraMembers: true},
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
			r.mock.SetFormat(dialect)
			got := read()
			for call := range want {
				if !reflect.DeepEqual(got[call], want[call]) {
					t.Errorf("%s:\ngot  %+v\nwant %+v", call, got[call], want[call])
				}
			}
		})
	}
}
