package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// rewrite makes the API return other values than it received, after the calls of a
// method.
func (env *testEnv) rewrite(method, path string) {
	env.API.Inject(caastest.Fault{Method: method, Path: path, AfterWork: true, Do: func() {
		for _, d := range env.API.Deployments() {
			env.API.Edit(d.ID, func(d *caastest.Deployment) {
				d.ImageURL, d.TrafficPort, d.Entrypoint = "docker.io/"+d.ImageURL, d.TrafficPort+1, []string{"sh"}
				d.Env, d.SecretEnv, d.LocationIDs, d.HardwareID = nil, nil, []int{2}, 204
			})
		}
	}})
}

// An API that returns other values than configured does not fail the create, which
// would mark the deployment as tainted. The next plan shows the difference.
func TestAccDeployment_createPreservesPlannedValues(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.rewrite("POST", "/deploy")
	env.Test(t, resource.TestStep{
		Config:             preserved.String(),
		ExpectNonEmptyPlan: true,
		ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
		}},
	})
	env.deploymentsAre(t, "destroyed")
}

var preserved = base.with(attributes{"container_config.env_variables": `{ A = "1" }`, "container_config.secret_env_variables": `{ S = "secret" }`})

// So it is with a create that does not wait, and with an update, which the next one
// reverts.
func TestDeployment_preservesPlannedValues(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.rewrite("POST", "/deploy")
	terraform := env.created(t, preserved.with(attributes{"wait_for_running": "false"}))
	terraform.has("hardware_id", "203")
	terraform.has("registry_config", "map[image_url:ghcr.io/org/image:1 registry_secret:<nil> registry_secret_wo:<nil> registry_secret_wo_version:<nil> registry_username:<nil>]")
	terraform.has("secret_env_keys", "[]")
	if action := terraform.plan(preserved).Action; action != "replace" {
		t.Errorf("the next plan has the action %s", action)
	}

	env = newEnv(t, caastest.Options{})
	terraform = env.created(t, base)
	env.API.Inject(caastest.Fault{Method: "PATCH", AfterWork: true, Do: func() {
		env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.TrafficPort = 9000 })
	}})
	changed := base.with(attributes{"container_config.env_variables": `{ A = "1" }`})
	terraform.apply(changed)
	env.API.ResetJournal()
	terraform.becomes(changed, "update", patch(`{"traffic_port":8000}`)...)
}
