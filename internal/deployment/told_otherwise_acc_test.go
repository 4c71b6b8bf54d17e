package deployment_test

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

// rewrite has the API tell of every deployment something else than it was asked
// for, right after the calls of that method.
func (w *world) rewrite(method, path string) {
	w.Inject(caastest.Fault{Method: method, Path: path, AfterWork: true, Do: func() {
		for _, d := range w.Deployments() {
			w.Edit(d.ID, func(d *caastest.Deployment) {
				d.ImageURL, d.TrafficPort, d.Entrypoint = "docker.io/"+d.ImageURL, d.TrafficPort+1, []string{"sh"}
				d.Env, d.SecretEnv, d.LocationIDs, d.HardwareID = nil, nil, []int{2}, 204
			})
		}
	}})
}

// TestAccDeployment_toldOtherwise shows that an API which tells what was
// configured in other words does not fail the create: Terraform would mark the
// deployment as tainted, and replace it for money. The next plan shows it.
func TestAccDeployment_toldOtherwise(t *testing.T) {
	t.Parallel()
	for _, waits := range []string{"true", "false"} {
		t.Run("wait_for_running "+waits, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			w.rewrite("POST", "/deploy")
			config := base.with(attributes{
				"wait_for_running": waits, "container_config.env_variables": `{ A = "1" }`, "container_config.secret_env_variables": `{ S = "secret" }`,
			})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{{
					Config:             w.hcl(config.String()),
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
						if n := len(w.Deployments()); n != 1 {
							t.Errorf("there are %d deployments", n)
						}
						return nil
					},
				}},
			})
		})
	}
}

// TestAccDeployment_changedMeanwhile shows that what somebody else changes while
// an update is made does not fail the update, and is put right by the next.
func TestAccDeployment_changedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(base.String())},
			{
				PreConfig: func() {
					w.Inject(caastest.Fault{Method: "PATCH", AfterWork: true, Do: func() {
						w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.TrafficPort = 9000 })
					}})
				},
				Config:             w.hcl(base.with(attributes{"container_config.env_variables": `{ A = "1" }`}).String()),
				ExpectNonEmptyPlan: true,
			},
			{
				Config: w.hcl(base.with(attributes{"container_config.env_variables": `{ A = "1" }`}).String()),
				Check: func(*terraform.State) error {
					if got := w.Deployments()[0].TrafficPort; got != 8000 {
						t.Errorf("the port is %d", got)
					}
					return nil
				},
			},
		},
	})
}
