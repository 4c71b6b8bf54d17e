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

// fails applies a configuration that must fail with an error of these words.
func (env *testEnv) fails(t *testing.T, config, words string) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps:                    []resource.TestStep{{Config: config, ExpectError: acctest.Words(words)}},
	})
}

// A deployment whose wait failed is in the state as tainted: the next plan replaces
// it, and the destroy at the end of the test destroys it.
func TestAccDeployment_failedWaitTaints(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*testEnv)
		words   string
	}{
		"timeout": {func(env *testEnv) { env.API.StallNext("pulling image: manifest unknown") }, `Its last status was "deployment requested"`},
		"failed":  {func(env *testEnv) { env.API.FailNext("pulling image: manifest unknown") }, `Its last status was "failed". Container`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			c.prepare(env)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps: []resource.TestStep{
					{Config: env.Config(minimal), ExpectError: acctest.Words(c.words)},
					{RefreshState: true, ExpectNonEmptyPlan: true, RefreshPlanChecks: resource.RefreshPlanChecks{
						PostRefresh: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, replace)},
					}},
				},
			})
			if n := env.API.Count("DELETE", "/deployment/{}"); n != 1 || len(env.API.Deployments()) != 1 {
				t.Errorf("the API received %d DELETE requests for %d deployments, want 1 for 1", n, len(env.API.Deployments()))
			}
		})
	}
}

// Once the deployment runs nothing fails the create: an error would mark it as
// tainted, and the replacement would be paid for again.
func TestAccDeployment_unreadContainersDoNotTaint(t *testing.T) {
	t.Parallel()
	const containers = "/deployment/{}/containers"
	for name, prepare := range map[string]func(*testEnv){
		"404": func(env *testEnv) { env.API.Inject(caastest.Fault{Path: containers, Status: 404, Times: -1}) },
		"500": func(env *testEnv) { env.API.Inject(caastest.Fault{Path: containers, Status: 500, Times: -1}) },
		"401": func(env *testEnv) { env.API.Inject(caastest.Fault{Path: containers, Status: 401, Times: -1}) },
		"no public URL": func(env *testEnv) {
			env.API.Configure(func(o *caastest.Options) { o.Timings.URL = 1000 * time.Hour })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			prepare(env)
			env.Test(t,
				resource.TestStep{
					Config: base.String(),
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("running")),
					},
				},
				resource.TestStep{ // not even a refresh fails
					Config:           base.String(),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				},
			)
			env.deploymentsAre(t, "destroyed")
		})
	}
}

// What could not be read is a warning of the apply.
func TestDeployment_unreadContainersWarning(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: "/deployment/{}/containers", Status: 500, Times: -1})
	applied := env.Server(t).Apply(t.Context(), nil, baseJSON(24))
	got := acctest.Texts(applied.Diagnostics)
	if len(got) != 1 || !strings.HasPrefix(got[0], "WARNING") || !strings.Contains(got[0], "Deployment partly read: Failed to read the containers") {
		t.Errorf("the apply has the diagnostics %q, want one warning", got)
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
func TestAccDeployment_createRejected(t *testing.T) {
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
			words: "hardware_id = 203 The API rejected it: hardware_id: not on offer. Nothing was bought"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, c.options)
			if c.fault.Method != "" {
				env.API.Inject(c.fault)
			}
			env.fails(t, env.Config(minimal), c.words)
			env.deploymentsAre(t)
		})
	}
}

// A name that a live deployment holds is a plan error.
func TestAccDeployment_nameTaken(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.API.Add(caastest.Deployment{Name: "vllm"})
	env.fails(t, env.Config(minimal), `The name "vllm" is held by the deployment `+id)
	env.deploymentsAre(t, "running")
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
}

// A create makes the calls that it needs and no others.
func TestAccDeployment_createCalls(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: caastest.Timings{Provision: time.Nanosecond}})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{{
			Config: strings.Replace(env.Config(minimal), "test-token\"", "test-token\"\n plan_checks = false", 1),
			Check: func(*terraform.State) error {
				polls := len(env.API.Requests("GET", "/deployment/{}"))
				if n := len(env.API.Requests("", "")); n != 3+polls {
					for _, r := range env.API.Requests("", "") {
						t.Log(r.Method, r.Path)
					}
					t.Errorf("the create made %d calls with %d polls, want the name check, the deploy call and the containers", n, polls)
				}
				return nil
			},
		}},
	})
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
func TestAccDeployment_failedUpdateFixedInPlace(t *testing.T) {
	t.Parallel()
	timings := caastest.Timings{Provision: 90 * time.Second, URL: time.Second, Terminate: time.Second, RestartDelay: 3 * time.Second, Restart: 10 * time.Second}
	env := newEnv(t, caastest.Options{Timings: timings, PatchRestartsFailed: true})
	image := func(tag string) attributes {
		return base.with(attributes{"registry_config.image_url": `"ghcr.io/org/image:` + tag + `"`, "recreate_when_ended": "true"})
	}
	corrected := env.becomes(image("3"), update, patch(`{"image_url":"ghcr.io/org/image:3"}`)...)
	corrected.PreConfig = env.API.ResetJournal
	corrected.Check = resource.TestCheckResourceAttr(address, "status", "running")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(image("1").String())},
			{
				PreConfig: func() { env.API.FailNextRestart("pulling image: manifest unknown") },
				Config:    env.Config(image("2").String()), ExpectError: acctest.Words("Deployment failed after the change"),
			},
			corrected,
		},
	})
	env.deploymentsAre(t, "destroyed")
}
