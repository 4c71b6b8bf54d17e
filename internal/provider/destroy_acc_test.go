package provider_test

import (
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

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
		diagnostics, _ := terraform.Apply(terraform.Plan(destroyed.String()))
		terraform.wantWords(diagnostics, words)
		// The command may be an apply, and terraform destroy would destroy everything.
		terraform.wantWords(diagnostics, "Run the command again.")
		terraform.sent("DELETE /deployment/ID")
		env.API.Restore()
		terraform.apply(destroyed)
		env.deploymentsAre(t, "destroyed")
	}
}

// The create of a replacement waits for the name of the deployment that was
// destroyed before it.
func TestAccDeployment_nameReleasedLate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Clock: caas.SystemClock{}, Timings: caastest.Timings{Terminate: -1, ReleaseName: 2 * time.Second}})
	tf := env.Terraform(t)
	tf.WriteProvider("plan_checks = false")
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")
	env.API.ResetJournal()
	tf.Write("main.tf", base.with(attributes{"hardware_id": "204"}).String())
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "1 added, 0 changed, 1 destroyed")
	if n := env.API.Count("GET", "/clusters/check_cluster_name_availability"); n < 2 {
		t.Errorf("the name was checked %d times, so it was not released late", n)
	}
	env.deploymentsAre(t, "destroyed", "running")
}
