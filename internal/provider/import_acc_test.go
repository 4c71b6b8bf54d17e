package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// notImported are the attributes that the API never returns.
var notImported = []string{
	"container_config.args", "container_config.secret_env_variables",
	"registry_config.registry_username", "registry_config.registry_secret_wo_version",
}

func TestAccDeployment_imported(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	// A live deployment comes before an ended one of the same name.
	older := env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusDestroyed})
	var newer string
	id := func(s *terraform.State) (string, error) {
		return s.RootModule().Resources[address].Primary.Attributes["deployment_id"], nil
	}
	verify := func(step resource.TestStep) resource.TestStep {
		step.ResourceName, step.ImportState, step.ImportStateVerify = address, true, true
		step.ImportStateVerifyIdentifierAttribute, step.ImportStateVerifyIgnore = "deployment_id", notImported
		return step
	}
	rejected := func(id, words string) resource.TestStep {
		return resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: id, ExpectError: acctest.Words(words)}
	}
	byID, byName := verify(resource.TestStep{ImportStateIdFunc: id}), verify(resource.TestStep{ImportStateId: "vllm"})
	byName.PreConfig = func() {
		newer = env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusCompleted, Created: env.Clock.Now()})
		env.Clock.Advance(90 * time.Minute)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(rich.String())}, byID, byName,
			rejected("sglang", `"sglang" is not a valid deployment ID, which is a UUID, and the account has no deployment of that name`),
			rejected("00000000-0000-4000-8000-000000000000", "Cannot import non-existent remote object"),
			{
				PreConfig: func() {
					env.API.Edit(newer, func(d *caastest.Deployment) { d.Name = "ended" })
					env.API.Edit(older, func(d *caastest.Deployment) { d.Name = "gone" })
				},
				ResourceName: address, ImportState: true, ImportStateId: "ended",
				ImportStateCheck: func(states []*terraform.InstanceState) error {
					if got := states[0].Attributes["deployment_id"]; got != newer {
						t.Errorf("imported %s, want the deployment that ended, %s", got, newer)
					}
					return nil
				},
			},
			rejected("gone", "is destroyed. Remove the import"),
			{
				PreConfig:    func() { env.API.Add(caastest.Deployment{Name: "vllm"}) },
				ResourceName: address, ImportState: true, ImportStateId: "vllm",
				ExpectError: acctest.Words(`2 deployments have the name "vllm": `),
			},
		},
	})
}

// An import plans nothing when the API returns all that is configured.
func TestAccDeployment_importBlock(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	configured := base.with(attributes{"location_ids": `[2, 1]`, "container_config.env_variables": `{ A = "1" }`})
	block := func(kind resource.ImportStateKind, id string) resource.TestStep {
		return resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateKind: kind, ImportStateId: id,
			ImportStateIdFunc: func(s *terraform.State) (string, error) {
				if id != "" {
					return id, nil
				}
				return s.RootModule().Resources[address].Primary.Attributes["deployment_id"], nil
			},
			ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, noop)}},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(configured.String())},
			block(resource.ImportBlockWithID, ""),
			block(resource.ImportBlockWithID, "vllm"),
		},
	})
}

// What the API does not return after an import, or returns only in part, is taken
// from the configuration and replaces nothing.
func TestAccDeployment_importOfPartlyReturnedDeployment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		returned []int
		config   string
		action   plancheck.ResourceActionType
	}{
		"no locations":    {[]int{}, "[1, 3]", update},
		"fewer locations": {[]int{1}, "[1, 3]", update},
		"other locations": {[]int{2}, "[1, 3]", replace},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			id := env.API.Add(caastest.Deployment{Name: "vllm", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1"})
			env.API.Edit(id, func(d *caastest.Deployment) { d.LocationIDs = c.returned })
			step := resource.TestStep{
				Config: env.Config("import {\n  to = " + address + "\n  id = \"" + id + "\"\n}\n" + base.with(attributes{"location_ids": c.config}).String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, c.action)},
				},
			}
			if c.action != replace {
				step.ConfigPlanChecks.PostApplyPostRefresh = []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), env.sent()}
				step.ConfigStateChecks = []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("location_ids"), knownvalue.SetExact([]knownvalue.Check{knownvalue.Int64Exact(1), knownvalue.Int64Exact(3)})),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("deployment_id"), knownvalue.StringExact(id)),
				}
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: env.ProtoV6ProviderFactories, Steps: []resource.TestStep{step}})
		})
	}
}

func TestAccDeployment_importBlockWithIdentity(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(base.String())},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// The configuration that Terraform generates for an existing deployment is valid,
// and its plan is empty.
func TestAccDeployment_importGeneratesConfiguration(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]caastest.Deployment{
		"the least": {},
		"everything": {
			LocationIDs: []int{3, 1}, Replicas: 2, DurationHours: 100, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--x"}, TrafficPort: 8000,
			Env: map[string]string{"A": "$${HOME}", "B": ""}, SecretEnv: map[string]string{"S": "secret one"},
			ImageURL: "ghcr.io/org/image:1", RegistryUsername: "robot", RegistrySecret: "secret two",
		},
		"ended": {Status: caastest.StatusCompleted, Entrypoint: []string{"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: acctest.Instant})
			d.Name = "vllm"
			id := env.API.Add(d)
			tf := env.Terraform(t)
			tf.Write("import.tf", "import {\n  to = ioneth_caas_deployment.test\n  id = \""+id+"\"\n}\n")
			tf.Run("plan", "-generate-config-out=generated.tf")
			tf.Run("validate")
			tf.WantOutput(tf.Run("apply", "-auto-approve"), "Resources: 1 imported, 0 added, 0 changed, 0 destroyed")
			tf.Run("plan", "-detailed-exitcode") // fails when there is something to do
			if sent := env.changes(); len(sent) > 0 {
				t.Errorf("the API received %q, want nothing", sent)
			}
			if name != "everything" {
				return
			}
			// A change of something else keeps what the API never returns.
			tf.Write("generated.tf", strings.Replace(tf.Read("generated.tf"), `B = ""`, `B = "2"`, 1))
			tf.WantOutput(tf.Run("apply", "-auto-approve"), "0 added, 1 changed, 0 destroyed")
			if sent := env.changes(); len(sent) != 1 || sent[0] != `PATCH /deployment/ID {"env_variables":{"A":"$${HOME}","B":"2"}}` {
				t.Errorf("the API received %q, want a change of env_variables alone", sent)
			}
			now := env.API.Deployments()[0]
			if now.SecretEnv["S"] != "secret one" || now.RegistrySecret != "secret two" || now.RegistryUsername != "robot" || now.Args == nil {
				t.Errorf("the API lost a value: %+v", now)
			}
		})
	}
}

// Every operation returns the identity, although Terraform 1.11 passes none.
func TestDeployment_identity(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	ctx := t.Context()
	p := env.Server(t)
	config := func(id string, port string) string {
		return `{"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1], "deployment_id": ` + id + `,
			"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": ` + port + `}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`
	}
	created := p.Apply(ctx, nil, config("null", "80"))
	id := env.API.Deployments()[0].ID
	p.WantIdentity("create", created.NewIdentity, id)
	read := p.Read(ctx, created.NewState)
	p.WantIdentity("read", read.NewIdentity, id)
	p = env.Server(t) // as Terraform does for the next command
	updated := p.Apply(ctx, read.NewState, config("null", "81"))
	p.WantIdentity("update", updated.NewIdentity, id)
	if got := env.API.Deployments()[0].TrafficPort; got != 81 {
		t.Errorf("the port is %d", got)
	}

	imports := func(what string, req tfprotov6.ImportResourceStateRequest) {
		t.Helper()
		req.TypeName = acctest.DeploymentType
		imported, err := p.ImportResourceState(ctx, &req)
		p.Must(err, imported.Diagnostics)
		p.WantIdentity(what, imported.ImportedResources[0].Identity, id)
		p.WantIdentity("read after "+what, p.Read(ctx, imported.ImportedResources[0].State).NewIdentity, id)
	}
	imports("import by id", tfprotov6.ImportResourceStateRequest{ID: id})
	imports("import by id in upper case", tfprotov6.ImportResourceStateRequest{ID: strings.ToUpper(id)})
	imports("import by name", tfprotov6.ImportResourceStateRequest{ID: "vllm"})
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"deployment_id": tftypes.String}}
	imports("import by identity", tfprotov6.ImportResourceStateRequest{
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.Value(of, `{"deployment_id": "`+id+`"}`)},
	})

	env.API.Forget(id)
	removed := p.Read(ctx, updated.NewState)
	if null, err := removed.NewState.IsNull(); err != nil || !null {
		t.Errorf("a deployment that the API does not know is still in the state (%v)", err)
	}
	p.WantIdentity("read that removes", removed.NewIdentity, id)
}
