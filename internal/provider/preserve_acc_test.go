package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

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
	for _, waits := range []string{"true", "false"} {
		t.Run("wait_for_running "+waits, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			env.rewrite("POST", "/deploy")
			config := base.with(attributes{
				"wait_for_running": waits, "container_config.env_variables": `{ A = "1" }`, "container_config.secret_env_variables": `{ S = "secret" }`,
			})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps: []resource.TestStep{{
					Config:             env.Config(config.String()),
					ExpectNonEmptyPlan: true,
					ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
					}},
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("registry_config").AtMapKey("image_url"), knownvalue.StringExact("ghcr.io/org/image:1")),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("hardware_id"), knownvalue.Int64Exact(203)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("secret_env_keys"), knownvalue.SetSizeExact(0)),
					},
					Check: func(*terraform.State) error {
						if n := len(env.API.Deployments()); n != 1 {
							t.Errorf("there are %d deployments", n)
						}
						return nil
					},
				}},
			})
		})
	}
}

// A change made outside Terraform during an update does not fail the update, and the
// next one reverts it.
func TestAccDeployment_updatePreservesPlannedValues(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(base.String())},
			{
				PreConfig: func() {
					env.API.Inject(caastest.Fault{Method: "PATCH", AfterWork: true, Do: func() {
						env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.TrafficPort = 9000 })
					}})
				},
				Config:             env.Config(base.with(attributes{"container_config.env_variables": `{ A = "1" }`}).String()),
				ExpectNonEmptyPlan: true,
			},
			{
				Config: env.Config(base.with(attributes{"container_config.env_variables": `{ A = "1" }`}).String()),
				Check: func(*terraform.State) error {
					if got := env.API.Deployments()[0].TrafficPort; got != 8000 {
						t.Errorf("the port is %d", got)
					}
					return nil
				},
			},
		},
	})
}
