package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A deployment whose wait failed is in the state as tainted: the next plan replaces
// it, and a destroy destroys it.
func TestDeployment_failedWaitTaints(t *testing.T) {
	t.Parallel()
	for words, prepare := range map[string]func(*testEnv){
		`Its last status was "deployment requested"`: func(env *testEnv) { env.API.StallNext("pulling image: manifest unknown") },
		`Its last status was "failed". Container`:    func(env *testEnv) { env.API.FailNext("pulling image: manifest unknown") },
	} {
		env := newEnv(t, caastest.Options{})
		prepare(env)
		terraform := env.core(t)
		terraform.fails(base, words)
		if action := terraform.plan(base).Action; action != "replace" {
			t.Errorf("%s: the next plan has the action %s", words, action)
		}
		env.API.ResetJournal()
		terraform.apply(destroyed)
		terraform.sent("DELETE /deployment/ID")
	}
}

// Once the deployment runs nothing fails the create: an error would mark it as
// tainted, and the replacement would be paid for again. Neither does a refresh fail.
func TestAccDeployment_unreadContainersDoNotTaint(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: "/deployment/{}/containers", Status: 500, Times: -1})
	env.Test(t, resource.TestStep{
		Config: base.String(), Check: resource.TestCheckResourceAttr(address, "status", "running"),
		ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	})
	env.deploymentsAre(t, "destroyed")
}

// What could not be read is one warning of the apply.
func TestDeployment_unreadContainersWarning(t *testing.T) {
	t.Parallel()
	const containers = "/deployment/{}/containers"
	for words, prepare := range map[string]func(*testEnv){
		"Failed to read the containers: ": func(env *testEnv) { env.API.Inject(caastest.Fault{Path: containers, Status: 500, Times: -1}) },
		"404":                             func(env *testEnv) { env.API.Inject(caastest.Fault{Path: containers, Status: 404, Times: -1}) },
		"401":                             func(env *testEnv) { env.API.Inject(caastest.Fault{Path: containers, Status: 401, Times: -1}) },
		"public URL":                      func(env *testEnv) { env.API.Configure(func(o *caastest.Options) { o.Timings.URL = 1000 * time.Hour }) },
	} {
		env := newEnv(t, caastest.Options{})
		prepare(env)
		terraform := env.core(t)
		got := terraform.apply(base)
		if len(got) != 1 || !strings.HasPrefix(got[0], "WARNING") {
			t.Errorf("%s: the apply has the diagnostics %q, want one warning", words, got)
		}
		terraform.wantWords(got, words)
		terraform.has("status", "running")
		terraform.empty(base)
	}
}

// A credential that expires while a create waits is a warning and taints nothing:
// it says nothing about the deployment.
func TestAccDeployment_credentialExpiresDuringCreate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 2, Times: -1, Status: 401, Body: `{"detail": "token expired"}`})
	env.Test(t,
		resource.TestStep{
			Config: base.String(),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("deployment requested")),
			},
			Check: func(*terraform.State) error { // the user corrects the credential
				env.API.ClearFaults()
				env.Clock.Advance(5 * time.Minute)
				return nil
			},
		},
		resource.TestStep{
			Config:           base.String(),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			Check:            resource.TestCheckResourceAttr(address, "status", "running"),
		},
	)
	env.deploymentsAre(t, "destroyed")
}

// An error of a create that bought nothing leaves nothing in the state.
func TestDeployment_createRejected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options caastest.Options
		fault   caastest.Fault
		words   string
	}{
		"wrong token": {caastest.Options{Token: "another-token"}, caastest.Fault{}, "Invalid or expired token"},
		"no credits":  {caastest.Options{Balance: 1}, caastest.Fault{}, "Not enough credits to create the deployment"},
		// The error is on the attribute that the loc of a 422 names.
		"422": {fault: caastest.Fault{Method: "POST", Path: "/deploy", Status: 422, Body: `{"detail": [
			{"loc": ["body", "hardware_id"], "msg": "not on offer", "type": "value_error"}]}`},
			words: "The API rejected the value: hardware_id: not on offer. Nothing was bought"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, c.options)
			if c.fault.Method != "" {
				env.API.Inject(c.fault)
			}
			terraform := env.core(t)
			terraform.fails(base, c.words)
			env.deploymentsAre(t)
		})
	}
}

// A create makes the calls that it needs and no others: the name check, the deploy
// call, the polls and the containers.
func TestDeployment_createCalls(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: caastest.Timings{Provision: time.Nanosecond}})
	terraform := env.core(t)
	terraform.Settings = "plan_checks = false"
	terraform.apply(base)
	if n, polls := len(env.API.Requests("", "")), env.API.Count("GET", "/deployment/{}"); n != 3+polls {
		t.Errorf("the create made %d calls with %d polls, want 3 others", n, polls)
	}
}

// What the error of a failed create says works, also with recreate_when_ended:
// untaint, correct, apply, and nothing is bought again.
func TestAccDeployment_failedCreateFixedInPlace(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant, PatchRestartsFailed: true})
	tf := env.Terraform(t)
	env.API.FailNext("pulling image: manifest unknown")
	config := base.with(attributes{"recreate_when_ended": "true"})
	tf.Write("main.tf", config.String())
	out, code := tf.Try("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the apply succeeded:\n%s", out)
	}
	tf.WantOutput(out, "pulling image: manifest unknown")
	tf.WantOutput(out, "run terraform untaint with the address of this resource, correct the configuration, and run terraform apply.")
	tf.Run("untaint", address)
	tf.Write("main.tf", config.with(attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`}).String())
	env.API.ResetJournal()
	tf.Run("apply", "-auto-approve")
	if sent := env.changes(); len(sent) != 1 || sent[0] != patch(`{"image_url":"ghcr.io/org/image:2"}`)[0] {
		t.Errorf("the API received %q, want one PATCH", sent)
	}
	env.deploymentsAre(t, "running")
}

// An image that does not start makes the deployment fail some seconds after the
// change. That is an error of the apply, and the corrected configuration is applied
// in place.
func TestDeployment_failedUpdateFixedInPlace(t *testing.T) {
	t.Parallel()
	timings := caastest.Timings{Provision: 90 * time.Second, URL: time.Second, Terminate: time.Second, RestartDelay: 3 * time.Second, Restart: 10 * time.Second}
	env := newEnv(t, caastest.Options{Timings: timings, PatchRestartsFailed: true})
	image := func(tag string) attributes {
		return base.with(attributes{"registry_config.image_url": `"ghcr.io/org/image:` + tag + `"`, "recreate_when_ended": "true"})
	}
	terraform := env.created(t, image("1"))
	env.API.FailNextRestart("pulling image: manifest unknown")
	terraform.fails(image("2"), "Deployment failed after the change")
	env.API.ResetJournal()
	terraform.becomes(image("3"), "update", patch(`{"image_url":"ghcr.io/org/image:3"}`)...)
	terraform.has("status", "running")
}
