package deployment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestAccDeployment_moved shows that a deployment goes with its resource to
// another address, and into an instance, without a word to the API.
func TestAccDeployment_moved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	at := func(address, more string) string {
		_, name, _ := strings.Cut(address, ".")
		name, _, counted := strings.Cut(name, "[")
		text := strings.Replace(base.String(), `"test"`, fmt.Sprintf("%q", name), 1)
		if counted {
			text = strings.Replace(text, "{\n", "{\n  count = 1\n", 1)
		}
		return w.hcl(text + more)
	}
	moved := func(from, to string) resource.TestStep {
		return resource.TestStep{
			Config: at(to, fmt.Sprintf("moved {\n  from = %s\n  to   = %s\n}\n", from, to)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(to, noop), w.sent(),
			}},
			Check: func(s *terraform.State) error {
				d, _ := w.ByName("vllm")
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
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: at(address, ""), Check: func(*terraform.State) error { w.ResetJournal(); return nil }},
			moved(address, other), moved(other, counted),
		},
	})
}

// TestAccDeployment_removed shows that a deployment which leaves the state by a
// removed block runs on, and can be taken up again.
func TestAccDeployment_removed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	removed := func(destroy bool) string {
		return w.hcl(fmt.Sprintf("removed {\n  from = %s\n  lifecycle {\n    destroy = %t\n  }\n}\n", address, destroy))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(base.String()), Check: func(*terraform.State) error { w.ResetJournal(); return nil }},
			{
				Config: removed(false),
				Check: func(s *terraform.State) error {
					if n := len(s.RootModule().Resources); n > 0 {
						return fmt.Errorf("%d resources are left", n)
					}
					w.deploymentsAre(t, "running")
					return nil
				},
			},
			{
				Config:           w.hcl(base.String() + "import {\n  to = " + address + "\n  id = \"vllm\"\n}\n"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, noop), w.sent()}},
			},
			{Config: removed(true), Check: func(*terraform.State) error { w.deploymentsAre(t, "destroyed"); return nil }},
		},
	})
}

// TestDeployment_upgraded shows that state of before there were identities gets
// one, and that a resource of another type can't become a deployment.
func TestDeployment_upgraded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.Add(caastest.Deployment{Name: "vllm"})
	p, ctx := w.protocol(t), t.Context()

	upgraded, err := p.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: typeName, RawState: &tfprotov6.RawState{
		JSON: []byte(`{"deployment_id": "` + id + `", "resource_private_name": "vllm", "duration_hours": 24}`),
	}})
	p.ok(err, upgraded.Diagnostics)
	p.identifies("state without an identity", p.read(ctx, upgraded.UpgradedState).NewIdentity, id)

	schemas, err := p.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.ok(err, schemas.Diagnostics)
	if version := schemas.IdentitySchemas[typeName].Version; version != 0 {
		t.Errorf("the identity has version %d: state without one is presented as version 0", version)
	}

	moved, err := p.MoveResourceState(ctx, &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: "registry.terraform.io/other/other", SourceTypeName: "other_deployment", TargetTypeName: typeName,
		SourceState: &tfprotov6.RawState{JSON: []byte(`{}`)},
	})
	if err != nil || len(moved.Diagnostics) == 0 {
		t.Errorf("a move from another type of resource: %v %v", moved, err)
	}
}
