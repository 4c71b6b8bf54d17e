package deployment_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// query is a list block of terraform query.
type query struct {
	config          string // JSON; "" for none
	includeResource bool
	limit           int64
}

// lists is the part of the provider that lists.
type lists interface {
	ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error)
	ValidateListResourceConfig(context.Context, *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error)
}

func (p *protocol) lists() lists { return p.ProviderServer.(lists) }

// results runs a query and returns what comes until more says to stop.
func (p *protocol) results(ctx context.Context, q query, more func(tfprotov6.ListResourceResult) bool) []tfprotov6.ListResourceResult {
	p.t.Helper()
	if q.config == "" {
		q.config = "{}"
	}
	stream, err := p.lists().ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: p.value(p.schemas(ctx).ListResourceSchemas[typeName].ValueType(), q.config),
		IncludeResource: q.includeResource, Limit: q.limit,
	})
	p.ok(err, nil)
	var results []tfprotov6.ListResourceResult
	for result := range stream.Results {
		results = append(results, result)
		if !more(result) {
			break
		}
	}
	return results
}

// list is all that a query finds. Like Terraform it stops at the limit.
func (p *protocol) list(q query) []tfprotov6.ListResourceResult {
	p.t.Helper()
	left := q.limit
	return p.results(p.t.Context(), q, func(tfprotov6.ListResourceResult) bool { left--; return left != 0 })
}

func (p *protocol) schemas(ctx context.Context) *tfprotov6.GetProviderSchemaResponse {
	p.t.Helper()
	schemas, err := p.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	p.ok(err, nil)
	return schemas
}

// names are the display names of the results; a diagnostic's is its severity and
// summary.
func names(results []tfprotov6.ListResourceResult) []string {
	var names []string
	for _, r := range results {
		name := r.DisplayName
		for _, d := range r.Diagnostics {
			name += fmt.Sprintf("%s: %s", d.Severity, d.Summary)
		}
		names = append(names, name)
	}
	return names
}

func wantNames(t *testing.T, what string, got []tfprotov6.ListResourceResult, want ...string) {
	t.Helper()
	if !slices.Equal(names(got), want) {
		t.Errorf("%s: got %q, want %q", what, names(got), want)
	}
}

func TestList_identities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	var ids []string
	for i, status := range []string{"running", "completed", "failed", "termination requested", "destroyed", "deployment requested"} {
		ids = append(ids, w.Add(caastest.Deployment{Name: fmt.Sprint(i), Status: status}))
	}
	p := w.protocol(t)
	w.ResetJournal()
	all := p.list(query{})
	wantNames(t, "all", all, "5", "3", "2", "1", "0")
	for i, number := range []int{5, 3, 2, 1, 0} {
		p.identifies(fmt.Sprint(number), all[i].Identity, ids[number])
		if all[i].Resource != nil {
			t.Errorf("%d: there is a resource, which nobody asked for", number)
		}
	}
	if calls := w.Requests(); len(calls) != 1 {
		t.Errorf("%d requests for one page", len(calls))
	}
	for status, want := range map[string][]string{
		"running": {"0"}, "COMPLETED": {"1"}, "destroyed": {"4"}, "deployment requested": {"5"}, "misspelt": nil,
	} {
		wantNames(t, status, p.list(query{config: fmt.Sprintf(`{"status": %q}`, status)}), want...)
	}
}

// TestList_resource shows that a result is what an import gives, and that its
// configuration plans no change.
func TestList_resource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.Add(told())
	w.Add(caastest.Deployment{Name: "bare", Status: caastest.StatusRequested})
	p := w.protocol(t)
	ctx := t.Context()
	of := p.schema.ValueType()
	for _, result := range p.list(query{includeResource: true}) {
		p.ok(nil, result.Diagnostics)
		listed, err := result.Resource.Unmarshal(of)
		if err != nil {
			t.Fatal(err)
		}
		importedID := id
		if result.DisplayName == "bare" {
			d, _ := w.ByName("bare")
			importedID = d.ID
		}
		p.identifies(result.DisplayName, result.Identity, importedID)
		imported, err := p.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: importedID})
		p.ok(err, imported.Diagnostics)
		refreshed := p.read(ctx, imported.ImportedResources[0].State)
		want, err := refreshed.NewState.Unmarshal(of)
		if err != nil {
			t.Fatal(err)
		}
		if diff, err := want.Diff(listed); err != nil || len(diff) > 0 {
			t.Errorf("%s is listed unlike it is imported: %v %v", result.DisplayName, diff, err)
		}

		// What Terraform would write for it: all that a configuration can set.
		config := p.configurable(listed)
		valid, err := p.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: typeName, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		p.ok(err, valid.Diagnostics)
		planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: typeName, PriorState: result.Resource, ProposedNewState: result.Resource, Config: config,
		})
		p.ok(err, planned.Diagnostics)
		after, err := planned.PlannedState.Unmarshal(of)
		if err != nil {
			t.Fatal(err)
		}
		if diff, err := listed.Diff(after); err != nil || len(diff) > 0 || len(planned.RequiresReplace) > 0 {
			t.Errorf("%s: the plan after it has changes: %v %v %v", result.DisplayName, diff, planned.RequiresReplace, err)
		}
	}
}

// configurable is a value of the resource with the attributes only that a
// configuration can set.
func (p *protocol) configurable(v tftypes.Value) *tfprotov6.DynamicValue {
	p.t.Helper()
	var members map[string]tftypes.Value
	if err := v.As(&members); err != nil {
		p.t.Fatal(err)
	}
	members = maps.Clone(members) // it is the value's own
	for _, a := range p.schema.Block.Attributes {
		if !a.Required && !a.Optional {
			members[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		}
	}
	of := p.schema.ValueType()
	dynamic, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, members))
	if err != nil {
		p.t.Fatal(err)
	}
	return &dynamic
}

// TestList_attributes spells one result out.
func TestList_attributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	w.Add(caastest.Deployment{
		Name: "vllm", HardwareID: 203, LocationIDs: []int{2, 1}, Replicas: 2, DurationHours: 5, TrafficPort: 8000,
		Entrypoint: []string{"vllm"}, Env: map[string]string{"A": "b"}, SecretEnv: map[string]string{"S": "hidden"}, ImageURL: "ghcr.io/org/image:1",
	})
	p := w.protocol(t)
	result := p.list(query{includeResource: true})[0]
	p.ok(nil, result.Diagnostics)
	want := p.value(p.schema.ValueType(), `{"resource_private_name": "vllm", "duration_hours": 5, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1, 2],
		"container_config": {"replica_count": 2, "entrypoint": ["vllm"], "traffic_port": 8000, "env_variables": {"A": "b"}},
		"registry_config": {"image_url": "ghcr.io/org/image:1"}, "wait_for_running": true, "recreate_when_ended": false}`)
	wanted, err := want.Unmarshal(p.schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	listed, err := result.Resource.Unmarshal(p.schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.configurable(listed).Unmarshal(p.schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	if diff, err := wanted.Diff(got); err != nil || len(diff) > 0 {
		t.Errorf("listed otherwise: %v %v", diff, err)
	}
}

// TestList_limit shows that no page and no deployment is read beyond the limit.
func TestList_limit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	for i := range 250 {
		w.Add(caastest.Deployment{Name: fmt.Sprint(i)})
	}
	p := w.protocol(t)
	for _, c := range []struct {
		query
		results, pages, details int
	}{
		{query{}, 250, 3, 0},
		{query{limit: 100}, 100, 1, 0},
		{query{limit: 101}, 101, 2, 0},
		{query{limit: 1, includeResource: true}, 1, 1, 1},
		{query{limit: 120, includeResource: true}, 120, 2, 120},
		{query{limit: 1000, includeResource: true}, 250, 3, 250},
	} {
		w.ResetJournal()
		found := p.list(c.query)
		for _, result := range found {
			p.ok(nil, result.Diagnostics)
		}
		pages, details := len(w.Calls("GET", "/deployments")), len(w.Calls("GET", "/deployment/{}"))
		if len(found) != c.results || pages != c.pages || details != c.details {
			t.Errorf("%+v: %d results of %d pages and %d details, want %d, %d, %d", c.query, len(found), pages, details, c.results, c.pages, c.details)
		}
	}
	for _, dialect := range []caastest.Dialect{{PagesFromOne: true}, {PageIgnored: true}} {
		w.Speak(dialect)
		if found := p.list(query{}); len(found) != 250 {
			t.Errorf("%+v: %d results", dialect, len(found))
		}
	}
}

// TestList_errorInTheMiddle shows that what was found until then is told, then
// why there is no more.
func TestList_errorInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	for i := range 120 {
		w.Add(caastest.Deployment{Name: fmt.Sprint(i)})
	}
	p := w.protocol(t)
	refuse := caastest.Fault{Method: "GET", Path: "/deployments", Skip: 1, Times: -1, Status: 403, Body: `{"detail": "no more for you"}`}
	w.Inject(refuse)
	found := p.list(query{})
	if len(found) != 101 {
		t.Fatalf("%d results", len(found))
	}
	wantNames(t, "the last", found[100:], "ERROR: Deployments not read")
	if d := found[100].Diagnostics[0]; !strings.Contains(d.Detail, "no more for you") || !strings.HasSuffix(d.Detail, "GET "+caastest.Prefix+"/deployments: 403 Forbidden") {
		t.Errorf("said %q", d.Detail)
	}

	w.ClearFaults()
	refuse.Path, refuse.Skip = "/deployment/{}", 3
	w.Inject(refuse)
	found = p.list(query{includeResource: true})
	if last := found[len(found)-1]; len(found) > 4 || len(last.Diagnostics) != 1 || last.Identity != nil {
		t.Errorf("%q", names(found))
	}
}

// TestList_vanished shows that a deployment which is not found any more when it is
// read is left out without an error.
func TestList_vanished(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	var ids []string
	for i := range 12 {
		ids = append(ids, w.Add(caastest.Deployment{Name: fmt.Sprint(i)}))
	}
	p := w.protocol(t)
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployments", AfterWork: true, Do: func() { w.Vanish(ids[11]); w.Vanish(ids[9]) }})
	found := p.list(query{includeResource: true, limit: 3})
	wantNames(t, "vanished", found, "10")
}

// TestList_stopped shows that nothing is returned after Terraform stops.
func TestList_stopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	for i := range 250 {
		w.Add(caastest.Deployment{Name: fmt.Sprint(i)})
	}
	p := w.protocol(t)
	ctx, cancel := context.WithCancel(t.Context())
	found := p.results(ctx, query{includeResource: true}, func(tfprotov6.ListResourceResult) bool { cancel(); return false })
	if len(found) != 1 {
		t.Errorf("%d results", len(found))
	}
}
