package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// destroyed is the empty configuration.
var destroyed destroy

type destroy struct{}

func (destroy) String() string { return "" }

// The plan of a destroy warns in the first hour of the deployment, without a call,
// and neither later nor without plan checks.
func TestDeployment_destroyInFirstHour(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	terraform.NoRefresh = true
	warned := func(want int) {
		t.Helper()
		got := terraform.plan(destroyed).Diagnostics
		if len(got) != want {
			t.Errorf("the plan has the diagnostics %q, want %d", got, want)
		}
		if want > 0 {
			terraform.wantWords(got, `Destruction in the first hour of the deployment "vllm"`)
		}
	}
	env.Clock.Advance(30 * time.Minute)
	warned(1)
	if n := len(env.API.Requests("", "")); n > 0 {
		t.Errorf("the plan made %d requests", n)
	}
	terraform.Settings = "plan_checks = false"
	warned(0)
	terraform.Settings = ""
	env.Clock.Advance(31 * time.Minute)
	warned(0)
}

// A destroy returns when the deployment has ended; else it is an error, and the
// deployment stays in the state.
func TestDeployment_destroy(t *testing.T) {
	t.Parallel()
	const path = "/deployment/{}"
	for name, c := range map[string]struct {
		prepare func(*testEnv)
		words   string // of the error, "" when the destroy succeeds
		deletes int    // requests
	}{
		"response lost": {func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "DELETE", Path: path, Status: 502, AfterWork: true})
		}, "", 2},
		"busy": {func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "DELETE", Path: path, Status: 409, Times: 2})
		}, "", 3},
		"rejected":      {func(env *testEnv) { env.API.Inject(caastest.Fault{Method: "DELETE", Path: path, Status: 403}) }, "stays in the state; it may still run, and cost money", 1},
		"does not end":  {func(env *testEnv) { env.API.Configure(func(o *caastest.Options) { o.NeverTerminate = true }) }, "Deployment has not ended yet", 1},
		"failed before": {func(env *testEnv) { env.API.Fail(env.API.Deployments()[0].ID) }, "", 1},
		"not found":     {func(env *testEnv) { env.API.Forget(env.API.Deployments()[0].ID) }, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, base)
			c.prepare(env)
			if c.words == "" {
				terraform.apply(destroyed)
			} else {
				terraform.fails(destroyed, c.words)
			}
			if n := env.API.Count("DELETE", path); n != c.deletes {
				t.Errorf("the API received %d DELETE requests, want %d", n, c.deletes)
			}
			if c.words != "" { // it is still in the state
				env.API.ClearFaults()
				env.API.Restore()
				terraform.apply(destroyed)
			}
			if d := env.API.Deployments()[0]; !d.Ended() && name != "not found" || len(terraform.State()) > 0 {
				t.Errorf("the deployment is %q", d.Status)
			}
		})
	}
}

// A deployment that the API does not know any more leaves the state and is created
// again.
func TestDeployment_notFound(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	env.API.Forget(env.API.Deployments()[0].ID)
	terraform.becomes(base, "create", deployed)
}

// The API releases the name of a destroyed deployment some seconds later. The create
// of the replacement waits for it, also that of a tainted deployment.
func TestAccDeployment_nameReleasedLate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: caastest.Timings{Provision: time.Minute, URL: time.Second, Terminate: 20 * time.Second, ReleaseName: 15 * time.Second}})
	replaced := func(config attributes, taint ...string) resource.TestStep {
		return resource.TestStep{
			Taint: taint, Config: config.String(), Check: resource.TestCheckResourceAttr(address, "status", "running"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, replace)}},
		}
	}
	env.Test(t, resource.TestStep{Config: base.String()}, replaced(base, address), replaced(base.with(attributes{"hardware_id": "204"})))
	env.deploymentsAre(t, "destroyed", "destroyed", "destroyed")
}
