package provider_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// wantNames checks the display names of results; a diagnostic's is its severity and
// summary.
func wantNames(t *testing.T, what string, results []tfprotov6.ListResourceResult, want ...string) {
	t.Helper()
	var got []string
	for _, r := range results {
		name := r.DisplayName
		for _, d := range r.Diagnostics {
			name += fmt.Sprintf("%s: %s", d.Severity, d.Summary)
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// addNumbered adds deployments named 0 and on, and returns their IDs.
func (env *testEnv) addNumbered(n int) (ids []string) {
	for i := range n {
		ids = append(ids, env.API.Add(caastest.Deployment{Name: fmt.Sprint(i)}))
	}
	return ids
}

func TestList_status(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	ids := env.addNumbered(6)
	for i, status := range []string{"running", "completed", "failed", "termination requested", "destroyed", "deployment requested"} {
		env.API.Edit(ids[i], func(d *caastest.Deployment) { d.Status = status })
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
	if sent := requested(env.API); len(sent) != 1 {
		t.Errorf("the API received %q, want one request", sent)
	}
	for status, want := range map[string][]string{
		"running": {"0"}, "COMPLETED": {"1"}, "destroyed": {"4"}, "deployment requested": {"5"}, "misspelt": nil,
	} {
		wantNames(t, status, p.List(acctest.Query{Config: fmt.Sprintf(`{"status": %q}`, status)}), want...)
	}
}

// A result is what an import returns, without a secret.
func TestList_resource(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	ids := map[string]string{
		"vllm": env.API.Add(sample()),
		"bare": env.API.Add(caastest.Deployment{Name: "bare", Status: caastest.StatusRequested}),
	}
	p := env.Server(t)
	of := p.Schemas.ResourceSchemas[acctest.DeploymentType].ValueType()
	results := p.List(acctest.Query{IncludeResource: true})
	wantNames(t, "all", results, "bare", "vllm")
	for _, result := range results {
		p.WantIdentity(result.DisplayName, result.Identity, ids[result.DisplayName])
		listed, err := result.Resource.Unmarshal(of)
		p.Must(err, nil)
		imported, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: acctest.DeploymentType, ID: ids[result.DisplayName]})
		p.Must(err, imported.Diagnostics)
		read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: acctest.DeploymentType, CurrentState: imported.ImportedResources[0].State})
		p.Must(err, read.Diagnostics)
		want, err := read.NewState.Unmarshal(of)
		p.Must(err, nil)
		if diff, err := want.Diff(listed); err != nil || len(diff) > 0 {
			t.Errorf("%s is listed unlike it is imported: %v %v", result.DisplayName, diff, err)
		}
		if bytes.Contains(result.Resource.MsgPack, []byte("secret-")) {
			t.Errorf("%s: the result holds a secret: %s", result.DisplayName, result.Resource.MsgPack)
		}
	}
}

// No page and no deployment is read beyond the limit.
func TestList_limit(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.addNumbered(105)
	p := env.Server(t)
	for _, c := range []struct {
		acctest.Query
		results, pages, details int
	}{
		{acctest.Query{}, 105, 2, 0},
		{acctest.Query{Limit: 100}, 100, 1, 0},
		{acctest.Query{Limit: 101}, 101, 2, 0},
		{acctest.Query{Limit: 1, IncludeResource: true}, 1, 1, 1},
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
	env.addNumbered(120)
	p := env.Server(t)
	fault := caastest.Fault{Method: "GET", Path: "/deployments", Skip: 1, Times: -1, Status: 403, Body: `{"detail": "no more for you"}`}
	env.API.Inject(fault)
	found := p.List(acctest.Query{})
	if len(found) != 101 {
		t.Fatalf("%d results", len(found))
	}
	wantNames(t, "the last", found[100:], "ERROR: Error reading deployments")
	if detail := found[100].Diagnostics[0].Detail; !strings.Contains(detail, "no more for you") || !strings.HasSuffix(detail, "GET "+caastest.Prefix+"/deployments: 403 Forbidden") {
		t.Errorf("the error is %q", detail)
	}

	env.API.ClearFaults()
	fault.Path, fault.Skip = "/deployment/{}", 3
	env.API.Inject(fault)
	found = p.List(acctest.Query{IncludeResource: true})
	if last := found[len(found)-1]; len(found) > 4 || len(last.Diagnostics) != 1 || last.Identity != nil {
		t.Errorf("%d results, the last %+v; want an error after at most three", len(found), last)
	}
}

func TestList_error(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	wantNames(t, "unknown provider configuration", env.ServerWithUnknownToken(t).List(acctest.Query{}), "ERROR: Provider configuration is not known at plan")
	env.API.Inject(caastest.Fault{Path: "/deployments", Times: -1, Status: 422, Body: `{"detail": [{"loc": ["query", "status"], "msg": "unknown status", "type": "enum"}]}`})
	found := env.Server(t).List(acctest.Query{Config: `{"status": "invalid"}`})
	wantNames(t, "rejected status", found, "ERROR: Error reading deployments")
	if got := found[0].Diagnostics[0].Attribute.String(); got != `AttributeName("status")` {
		t.Errorf("the error is on %s", got)
	}
}

// A deployment that no longer exists when it is read is left out without an error,
// and nothing is returned after Terraform stops.
func TestList_vanishedAndStopped(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	ids := env.addNumbered(12)
	p := env.Server(t)
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployments", AfterWork: true, Do: func() { env.API.Forget(ids[11]); env.API.Forget(ids[9]) }})
	wantNames(t, "vanished", p.List(acctest.Query{IncludeResource: true, Limit: 3}), "10")

	ctx, cancel := context.WithCancel(t.Context())
	found := p.ListUntil(ctx, acctest.Query{IncludeResource: true}, func(tfprotov6.ListResourceResult) bool { cancel(); return true })
	wantNames(t, "stopped", found, "10")
}
