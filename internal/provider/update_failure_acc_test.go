package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// noDrift checks that the refresh before the plan did not change the state.
var noDrift = planCheck(func(req plancheck.CheckPlanRequest) error {
	if n := len(req.Plan.ResourceDrift); n > 0 {
		return fmt.Errorf("the state differs from what the API returns: %v", req.Plan.ResourceDrift[0].Change)
	}
	return nil
})

// An update that fails in part leaves the state as the API has the deployment, and
// the next apply sends what is missing.
func TestAccDeployment_updateFailsInPart(t *testing.T) {
	t.Parallel()
	ignored := func(env *testEnv) {
		env.API.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = []string{"*"} })
	}
	for name, c := range map[string]struct {
		change  attributes
		prepare func(*testEnv)
		words   string // of the error
		again   string // request of the next apply
	}{
		// The API acknowledges a change and does not make it.
		"port not applied": {
			attributes{"container_config.traffic_port": `9000`}, ignored,
			"The API accepted the change of container_config.traffic_port for the deployment", patch(`{"traffic_port":9000}`)[0],
		},
		"write-only secrets not applied": {
			attributes{"container_config.secret_env_variables_wo": `{ A = "secret" }`, "container_config.secret_env_variables_wo_version": `1`}, ignored,
			"The API accepted the change of container_config.secret_env_variables_wo for the deployment", patch(`{"secret_env_variables":{"A":"secret"}}`)[0],
		},
		// Then what can't be read back is not taken on the API's word either.
		"image not applied, with a secret": {
			attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`, "registry_config.registry_secret_wo": `"secret"`, "registry_config.registry_secret_wo_version": `1`}, ignored,
			"The API accepted the change of registry_config.image_url for the deployment", patch(`{"image_url":"ghcr.io/org/image:2","registry_secret":"secret"}`)[0],
		},
		"name not applied": {
			attributes{"resource_private_name": `"sglang"`}, func(env *testEnv) {
				env.API.Inject(caastest.Fault{Method: "PUT", Path: "/clusters/{}/update-name", Body: `{"status": "success", "message": "done"}`})
			},
			"The API accepted the change of resource_private_name for the deployment", `PUT /clusters/ID/update-name {"cluster_name":"sglang"}`,
		},
		"rejected after the rename": {
			attributes{"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`}, func(env *testEnv) {
				env.API.Inject(caastest.Fault{Method: "PATCH", Path: "/deployment/{}", Status: 422, Body: `{"detail": [{"loc": ["body", "args", 0], "msg": "not that"}]}`})
			},
			"The API rejected it: args.0: not that. Changed and saved in the state: the name.", patch(`{"args":["--x"]}`)[0],
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			again := env.becomes(base.with(c.change), update, c.again)
			again.PreConfig = func() {
				env.API.Restore()
				env.API.ResetJournal()
			}
			again.ConfigPlanChecks.PreApply = append(again.ConfigPlanChecks.PreApply, noDrift)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps: []resource.TestStep{
					{Config: env.Config(base.String())},
					{PreConfig: func() { c.prepare(env) }, Config: env.Config(base.with(c.change).String()), ExpectError: acctest.Words(c.words)},
					again,
				},
			})
		})
	}
}

// An update waits until the changed deployment runs again, for timeouts.update, and
// does not wait with wait_for_running = false.
func TestAccDeployment_updateWaits(t *testing.T) {
	t.Parallel()
	change := attributes{"container_config.traffic_port": `9000`}
	for name, c := range map[string]struct {
		change        attributes
		status, words string
		waits         time.Duration
	}{
		"waits":         {change, "running", "", 5 * time.Minute},
		"does not wait": {change.with(attributes{"wait_for_running": `false`}), "deployment requested", "", 0},
		"times out":     {change.with(attributes{"timeouts": `{ update = "1m" }`}), "", `Its last status was "deployment requested"`, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: caastest.Timings{Restart: 5 * time.Minute, URL: time.Second, Terminate: time.Second}})
			var began time.Time
			checkTime := func() {
				if waited := env.Clock.Now().Sub(began); waited < c.waits || waited > c.waits+time.Minute {
					t.Errorf("the update took %s, want %s", waited, c.waits)
				}
			}
			changed := resource.TestStep{PreConfig: func() { began = env.Clock.Now() }, Config: env.Config(base.with(c.change).String())}
			steps := []resource.TestStep{{Config: env.Config(base.String())}}
			if c.words == "" {
				changed.Check = func(s *terraform.State) error {
					checkTime()
					return resource.TestCheckResourceAttr(address, "status", c.status)(s)
				}
				steps = append(steps, changed)
			} else {
				changed.ExpectError = acctest.Words(c.words)
				// The change was applied, so only the timeout is not in the state.
				after := env.becomes(base.with(c.change), update)
				after.PreConfig = func() {
					checkTime()
					env.Clock.Advance(time.Hour)
					env.API.ResetJournal()
				}
				steps = append(steps, changed, after)
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: env.ProtoV6ProviderFactories, Steps: steps})
		})
	}
}

// A change made outside Terraform between the plan and the apply is not an
// inconsistency: the apply writes what was planned.
func TestAccDeployment_changedAfterPlan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	renamed := env.becomes(base.with(attributes{"resource_private_name": `"sglang"`}), update, `PUT /clusters/ID/update-name {"cluster_name":"sglang"}`)
	renamed.PreConfig = env.API.ResetJournal
	renamed.ConfigPlanChecks.PreApply = append(renamed.ConfigPlanChecks.PreApply, planCheck(func(plancheck.CheckPlanRequest) error {
		env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) {
			d.DurationHours, d.AmountPaid, d.Containers[0].PublicURL = 100, 1000, "https://moved.example.test"
		})
		return nil
	}))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps:                    []resource.TestStep{{Config: env.Config(base.String())}, renamed},
	})
}

// The error of an update to a deployment that ended after the plan has its status,
// and nothing is sent.
func TestAccDeployment_endedAfterPlan(t *testing.T) {
	t.Parallel()
	for _, status := range []string{caastest.StatusCompleted, caastest.StatusTerminating} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps: []resource.TestStep{{Config: env.Config(base.String())}, {
					Config:      env.Config(hours(30).String()),
					ExpectError: acctest.Words(fmt.Sprintf("its status is %q", status)),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{planCheck(func(plancheck.CheckPlanRequest) error {
						env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Status = status })
						return nil
					})}},
				}},
			})
			if n := env.API.Count("POST", "/deployment/{}/extend"); n > 0 {
				t.Errorf("the API received %d extensions", n)
			}
		})
	}
}

// A name that can't be read is a warning: the state keeps it, and the rest is read.
func TestDeployment_unreadNameWarning(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	state := env.Server(t).Apply(t.Context(), nil, baseJSON(24)).NewState
	env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.Name, d.TrafficPort = "sglang", 81 })
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Status: 500, Times: -1})

	p := env.Server(t)
	read := p.Read(t.Context(), state)
	if len(read.Diagnostics) != 1 || read.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning ||
		!strings.Contains(read.Diagnostics[0].Detail, "Failed to read the name") {
		t.Errorf("the refresh has the diagnostics %q, want one warning", acctest.Texts(read.Diagnostics))
	}
	v, err := read.NewState.Unmarshal(p.Deployment().ValueType())
	if err != nil {
		t.Fatal(err)
	}
	text := v.String()
	if !strings.Contains(text, `"resource_private_name":tftypes.String<"vllm">`) || !strings.Contains(text, `"traffic_port":tftypes.Number<"81">`) {
		t.Errorf("the state is %s, want the old name and the new port", text)
	}
}
