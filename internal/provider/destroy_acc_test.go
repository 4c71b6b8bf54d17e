package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// destroyed is the empty configuration.
const destroyed = config("")

// The plan of a destroy warns in the first hour of the deployment, without a call,
// and neither later nor without plan checks.
func TestDeployment_destroyInFirstHour(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base)
	terraform.NoRefresh = true
	silent := func() {
		t.Helper()
		if got := terraform.plan(destroyed).Diagnostics; len(got) > 0 {
			t.Errorf("the plan has the diagnostics %q, want none", got)
		}
	}
	env.Clock.Advance(30 * time.Minute)
	terraform.wantWarning(terraform.plan(destroyed).Diagnostics, `Destruction in the first hour of the deployment "vllm"`)
	if n := len(env.API.Requests("", "")); n > 0 {
		t.Errorf("the plan made %d requests", n)
	}
	terraform.Settings = "plan_checks = false"
	silent()
	terraform.Settings = ""
	env.Clock.Advance(31 * time.Minute)
	silent()
}

// After a destroy that failed the deployment is still in the state.
func TestDeployment_destroyFails(t *testing.T) {
	t.Parallel()
	for words, prepare := range map[string]func(*testEnv){
		"stays in the state; it may still run, and cost money": func(env *testEnv) {
			env.API.Inject(caastest.Fault{Method: "DELETE", Path: "/deployment/{}", Status: 403})
		},
		"Deployment has not ended yet": func(env *testEnv) { env.API.Configure(func(o *caastest.Options) { o.NeverTerminate = true }) },
	} {
		env := newEnv(t, caastest.Options{})
		terraform := env.created(t, base)
		prepare(env)
		terraform.fails(destroyed, words)
		terraform.sent("DELETE /deployment/ID")
		env.API.Restore()
		terraform.apply(destroyed)
		env.deploymentsAre(t, "destroyed")
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

// releasedLate are timings of an API that releases the name of a destroyed
// deployment some seconds later.
var releasedLate = caastest.Timings{Provision: time.Minute, URL: time.Second, Terminate: 20 * time.Second, ReleaseName: 15 * time.Second}

// The create of a replacement waits for the name of the deployment that was
// destroyed before it.
func TestAccDeployment_nameReleasedLate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: releasedLate})
	env.Test(t, resource.TestStep{Config: base.String()}, resource.TestStep{
		Config:           base.with(attributes{"hardware_id": "204"}).String(),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace)}},
		Check:            resource.TestCheckResourceAttr(address, "status", "running"),
	})
	env.deploymentsAre(t, "destroyed", "destroyed")
}
