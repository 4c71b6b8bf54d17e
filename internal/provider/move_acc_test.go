package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A deployment moves with its resource to another address, and into an instance,
// without a request to change it.
func TestAccDeployment_moved(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	at := func(address, more string) string {
		_, name, _ := strings.Cut(address, ".")
		name, _, counted := strings.Cut(name, "[")
		text := strings.Replace(base.String(), `"test"`, fmt.Sprintf("%q", name), 1)
		if counted {
			text = strings.Replace(text, "{\n", "{\n  count = 1\n", 1)
		}
		return env.Config(text + more)
	}
	moved := func(from, to string) resource.TestStep {
		return resource.TestStep{
			Config: at(to, fmt.Sprintf("moved {\n  from = %s\n  to   = %s\n}\n", from, to)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(to, noop), env.sent(),
			}},
			Check: func(s *terraform.State) error {
				d, _ := env.API.ByName("vllm")
				name := strings.TrimSuffix(strings.Replace(to, "[", ".", 1), "]")
				if got := s.RootModule().Resources[name].Primary.Attributes["deployment_id"]; got != d.ID {
					return fmt.Errorf("%s is the deployment %s, want %s", to, got, d.ID)
				}
				return nil
			},
		}
	}
	const other, counted = "ioneth_caas_deployment.other", "ioneth_caas_deployment.counted[0]"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: at(address, ""), Check: func(*terraform.State) error { env.API.ResetJournal(); return nil }},
			moved(address, other), moved(other, counted),
		},
	})
}

// A deployment that a removed block removes from the state keeps running, and can be
// imported.
func TestAccDeployment_removed(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	removed := func(destroy bool) string {
		return env.Config(fmt.Sprintf("removed {\n  from = %s\n  lifecycle {\n    destroy = %t\n  }\n}\n", address, destroy))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(base.String()), Check: func(*terraform.State) error { env.API.ResetJournal(); return nil }},
			{
				Config: removed(false),
				Check: func(s *terraform.State) error {
					if n := len(s.RootModule().Resources); n > 0 {
						return fmt.Errorf("%d resources remain", n)
					}
					env.deploymentsAre(t, "running")
					return nil
				},
			},
			{
				Config:           env.Config(base.String() + "import {\n  to = " + address + "\n  id = \"vllm\"\n}\n"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, noop), env.sent()}},
			},
			{Config: removed(true), Check: func(*terraform.State) error { env.deploymentsAre(t, "destroyed"); return nil }},
		},
	})
}

// A state without an identity gets one, and a resource of another type can't become a
// deployment.
func TestDeployment_stateUpgraded(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.API.Add(caastest.Deployment{Name: "vllm"})
	p, ctx := env.Server(t), t.Context()

	upgraded, err := p.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: acctest.DeploymentType, RawState: &tfprotov6.RawState{
		JSON: []byte(`{"deployment_id": "` + id + `", "resource_private_name": "vllm", "duration_hours": 24}`),
	}})
	p.Must(err, upgraded.Diagnostics)
	p.WantIdentity("state without an identity", p.Read(ctx, upgraded.UpgradedState).NewIdentity, id)

	schemas, err := p.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.Must(err, schemas.Diagnostics)
	if version := schemas.IdentitySchemas[acctest.DeploymentType].Version; version != 0 {
		t.Errorf("the identity has version %d: Terraform presents a state without one as version 0", version)
	}

	moved, err := p.MoveResourceState(ctx, &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: "registry.terraform.io/other/other", SourceTypeName: "other_deployment", TargetTypeName: acctest.DeploymentType,
		SourceState: &tfprotov6.RawState{JSON: []byte(`{}`)},
	})
	if err != nil || len(moved.Diagnostics) == 0 {
		t.Errorf("a move from another type of resource: %v %v", moved, err)
	}
}
