package provider_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

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
	env := newEnv(t, caastest.Options{})
	var ids []string
	for i, status := range []string{"running", "completed", "failed", "termination requested", "destroyed", "deployment requested"} {
		ids = append(ids, env.API.Add(caastest.Deployment{Name: fmt.Sprint(i), Status: status}))
	}
	p := env.Server(t)
	env.API.ResetJournal()
	all := p.List(acctest.Query{})
	wantNames(t, "all", all, "5", "3", "2", "1", "0")
	for i, number := range []int{5, 3, 2, 1, 0} {
		p.WantIdentity(fmt.Sprint(number), all[i].Identity, ids[number])
		if all[i].Resource != nil {
			t.Errorf("%d: there is a resource, which was not requested", number)
		}
	}
	if calls := env.API.Requests("", ""); len(calls) != 1 {
		t.Errorf("%d requests for one page", len(calls))
	}
	for status, want := range map[string][]string{
		"running": {"0"}, "COMPLETED": {"1"}, "destroyed": {"4"}, "deployment requested": {"5"}, "misspelt": nil,
	} {
		wantNames(t, status, p.List(acctest.Query{Config: fmt.Sprintf(`{"status": %q}`, status)}), want...)
	}
}

// TestList_resource shows that a result is what an import gives, and that its
// configuration plans no change.
func TestList_resource(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	ids := map[string]string{
		"vllm": env.API.Add(sample()),
		"bare": env.API.Add(caastest.Deployment{Name: "bare", Status: caastest.StatusRequested}),
	}
	p := env.Server(t)
	ctx := t.Context()
	of := p.Deployment().ValueType()
	for _, result := range p.List(acctest.Query{IncludeResource: true}) {
		p.Must(nil, result.Diagnostics)
		listed, err := result.Resource.Unmarshal(of)
		if err != nil {
			t.Fatal(err)
		}
		p.WantIdentity(result.DisplayName, result.Identity, ids[result.DisplayName])
		imported, err := p.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: acctest.DeploymentType, ID: ids[result.DisplayName]})
		p.Must(err, imported.Diagnostics)
		refreshed := p.Read(ctx, imported.ImportedResources[0].State)
		want, err := refreshed.NewState.Unmarshal(of)
		if err != nil {
			t.Fatal(err)
		}
		if diff, err := want.Diff(listed); err != nil || len(diff) > 0 {
			t.Errorf("%s is listed unlike it is imported: %v %v", result.DisplayName, diff, err)
		}

		// What Terraform would write for it: all that a configuration can set.
		config := configurable(t, p, listed)
		valid, err := p.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: acctest.DeploymentType, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		p.Must(err, valid.Diagnostics)
		planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: acctest.DeploymentType, PriorState: result.Resource, ProposedNewState: result.Resource, Config: config,
		})
		p.Must(err, planned.Diagnostics)
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
func configurable(t *testing.T, p *acctest.Server, v tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	var members map[string]tftypes.Value
	if err := v.As(&members); err != nil {
		t.Fatal(err)
	}
	members = maps.Clone(members) // it is the value's own
	for _, a := range p.Deployment().Block.Attributes {
		if !a.Required && !a.Optional {
			members[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		}
	}
	of := p.Deployment().ValueType()
	return p.Dynamic(tftypes.NewValue(of, members))
}

// No page and no deployment is read beyond the limit.
func TestList_limit(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	for i := range 105 {
		env.API.Add(caastest.Deployment{Name: fmt.Sprint(i)})
	}
	p := env.Server(t)
	for _, c := range []struct {
		acctest.Query
		results, pages, details int
	}{
		{acctest.Query{}, 105, 2, 0},
		{acctest.Query{Limit: 100}, 100, 1, 0},
		{acctest.Query{Limit: 101}, 101, 2, 0},
		{acctest.Query{Limit: 1, IncludeResource: true}, 1, 1, 1},
		{acctest.Query{Limit: 1000, IncludeResource: true}, 105, 2, 105},
	} {
		env.API.ResetJournal()
		found := p.List(c.Query)
		for _, result := range found {
			p.Must(nil, result.Diagnostics)
		}
		pages, details := len(env.API.Requests("GET", "/deployments")), len(env.API.Requests("GET", "/deployment/{}"))
		if len(found) != c.results || pages != c.pages || details != c.details {
			t.Errorf("%+v: %d results of %d pages and %d details, want %d, %d, %d", c.Query, len(found), pages, details, c.results, c.pages, c.details)
		}
	}
}

// What was found before an error is returned, then the error.
func TestList_errorInTheMiddle(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	for i := range 120 {
		env.API.Add(caastest.Deployment{Name: fmt.Sprint(i)})
	}
	p := env.Server(t)
	refuse := caastest.Fault{Method: "GET", Path: "/deployments", Skip: 1, Times: -1, Status: 403, Body: `{"detail": "no more for you"}`}
	env.API.Inject(refuse)
	found := p.List(acctest.Query{})
	if len(found) != 101 {
		t.Fatalf("%d results", len(found))
	}
	wantNames(t, "the last", found[100:], "ERROR: Error reading deployments")
	if d := found[100].Diagnostics[0]; !strings.Contains(d.Detail, "no more for you") || !strings.HasSuffix(d.Detail, "GET "+caastest.Prefix+"/deployments: 403 Forbidden") {
		t.Errorf("said %q", d.Detail)
	}

	env.API.ClearFaults()
	refuse.Path, refuse.Skip = "/deployment/{}", 3
	env.API.Inject(refuse)
	found = p.List(acctest.Query{IncludeResource: true})
	if last := found[len(found)-1]; len(found) > 4 || len(last.Diagnostics) != 1 || last.Identity != nil {
		t.Errorf("%q", names(found))
	}
}

// A deployment that no longer exists when it is read is left out without an error.
func TestList_vanished(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	var ids []string
	for i := range 12 {
		ids = append(ids, env.API.Add(caastest.Deployment{Name: fmt.Sprint(i)}))
	}
	p := env.Server(t)
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployments", AfterWork: true, Do: func() { env.API.Forget(ids[11]); env.API.Forget(ids[9]) }})
	found := p.List(acctest.Query{IncludeResource: true, Limit: 3})
	wantNames(t, "vanished", found, "10")
}

// Nothing is returned after Terraform stops.
func TestList_stopped(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	for i := range 10 {
		env.API.Add(caastest.Deployment{Name: fmt.Sprint(i)})
	}
	p := env.Server(t)
	ctx, cancel := context.WithCancel(t.Context())
	found := p.ListUntil(ctx, acctest.Query{IncludeResource: true}, func(tfprotov6.ListResourceResult) bool { cancel(); return true })
	if len(found) != 1 {
		t.Errorf("%d results", len(found))
	}
}
