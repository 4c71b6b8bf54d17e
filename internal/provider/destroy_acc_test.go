package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The plan of a destroy warns in the first hour of the deployment, without a call,
// and not later.
func TestAccDeployment_destroyInFirstHour(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	const warning = `Warning: Destruction in the first hour of the deployment "vllm"`
	started := func(ago time.Duration) {
		id := env.API.Deployments()[0].ID
		env.API.Edit(id, func(d *caastest.Deployment) { // the built provider is on real time
			d.Started, d.DurationHours = time.Now().Add(-ago), 10*365*24
		})
		tf.Run("apply", "-refresh-only", "-auto-approve")
		env.API.ResetJournal()
	}
	plan := func(want bool, args ...string) {
		t.Helper()
		out := tf.Run(append([]string{"plan", "-refresh=false"}, args...)...)
		if strings.Contains(out, warning) != want {
			t.Errorf("plan %s: warning of the first hour: %t, want %t\n%s", args, !want, want, out)
		}
	}
	tf.Write("main.tf", base.String())
	tf.Run("apply", "-auto-approve")

	started(30 * time.Minute)
	plan(true, "-destroy")
	if n := len(env.API.Requests("", "")); n > 0 {
		t.Errorf("the plan made %d requests", n)
	}
	plan(false, "-replace="+address)
	tf.WriteProvider("plan_checks = false")
	plan(false, "-destroy")
	tf.WriteProvider("")
	started(61 * time.Minute)
	plan(false, "-destroy")

	started(0)
	if out := tf.Run("destroy", "-auto-approve"); strings.Count(out, warning) != 1 {
		t.Errorf("the destroy does not print one warning:\n%s", out)
	}
	env.deploymentsAre(t, "destroyed")
}

// A destroy returns when the deployment has ended; else it is an error, and the
// deployment stays in the state.
func TestAccDeployment_destroy(t *testing.T) {
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
			steps := []resource.TestStep{
				{Config: env.Config(base.String())},
				{PreConfig: func() { c.prepare(env) }, Config: env.Config(base.String()), Destroy: true},
			}
			if c.words != "" {
				steps[1].ExpectError = acctest.Words(c.words)
				steps = append(steps, resource.TestStep{ // it is still in the state
					PreConfig: func() {
						if n := env.API.Count("DELETE", path); n != c.deletes {
							t.Errorf("the API received %d DELETE requests, want %d", n, c.deletes)
						}
						env.API.ClearFaults()
						env.API.Restore()
					},
					Config: env.Config(base.String()), Destroy: true,
				})
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: env.ProtoV6ProviderFactories, Steps: steps})
			if n := env.API.Count("DELETE", path); c.words == "" && n != c.deletes {
				t.Errorf("the API received %d DELETE requests, want %d", n, c.deletes)
			}
			if d := env.API.Deployments()[0]; !d.Ended() && name != "not found" {
				t.Errorf("the deployment is %q", d.Status)
			}
		})
	}
}

// A deployment that the API does not know any more leaves the state and is created
// again.
func TestAccDeployment_notFound(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	again := env.becomes(base, plancheck.ResourceActionCreate, deployed)
	again.PreConfig = func() {
		env.API.Forget(env.API.Deployments()[0].ID)
		env.API.ResetJournal()
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps:                    []resource.TestStep{{Config: env.Config(base.String())}, again},
	})
}

// The API releases the name of a destroyed deployment some seconds later. The create
// of the replacement waits for it, also that of a tainted deployment.
func TestAccDeployment_nameReleasedLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config attributes
		taint  bool
	}{
		"replaced": {base.with(attributes{"hardware_id": "204"}), false},
		"tainted":  {base, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: caastest.Timings{Provision: time.Minute, URL: time.Second, Terminate: 20 * time.Second, ReleaseName: 15 * time.Second}})
			again := resource.TestStep{
				Config:           env.Config(c.config.String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, replace)}},
				Check:            resource.TestCheckResourceAttr(address, "status", "running"),
			}
			if c.taint {
				again.Taint = []string{address}
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps:                    []resource.TestStep{{Config: env.Config(base.String())}, again},
			})
			env.deploymentsAre(t, "destroyed", "destroyed")
		})
	}
}
