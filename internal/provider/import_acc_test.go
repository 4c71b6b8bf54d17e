package provider_test

import (
	"reflect"
	"strings"
	"testing"

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

// An import by ID and by name has what the create has, but for what the API never
// returns. A live deployment comes before an ended one of the same name.
func TestDeployment_imported(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	older := env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusDestroyed})
	terraform := env.created(t, rich)
	terraform.Read()
	want, id := terraform.State(), env.newest()
	newer := env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusCompleted, Created: env.Clock.Now()})
	for _, from := range []string{id, "vllm"} {
		imported := env.core(t)
		if got := imported.Import(from); len(got) > 0 {
			t.Errorf("the import of %s has the diagnostics %q", from, got)
		}
		for name, value := range imported.State() {
			if name != "container_config" && name != "registry_config" && name != "timeouts" && !reflect.DeepEqual(value, want[name]) {
				t.Errorf("imported %s: %s is %v, want %v", from, name, value, want[name])
			}
		}
		container, before := imported.State()["container_config"].(map[string]any), want["container_config"].(map[string]any)
		for _, name := range []string{"entrypoint", "env_variables", "replica_count", "traffic_port"} {
			if !reflect.DeepEqual(container[name], before[name]) {
				t.Errorf("imported %s: %s is %v, want %v", from, name, container[name], before[name])
			}
		}
	}
	rejected := func(id, words string) {
		t.Helper()
		c := env.core(t)
		c.wantWords(c.Import(id), words)
	}
	rejected("sglang", `"sglang" is not a deployment ID (a UUID), and the account has no deployment with that name`)
	env.API.Edit(newer, func(d *caastest.Deployment) { d.Name = "ended" })
	env.API.Edit(older, func(d *caastest.Deployment) { d.Name = "gone" })
	ended := env.core(t)
	ended.Import("ended")
	ended.has("deployment_id", newer)
	rejected("gone", "has been destroyed. Remove the import block")
	env.API.Add(caastest.Deployment{Name: "vllm"})
	rejected("vllm", `2 deployments that have not ended have the name "vllm": `)
	gone := env.core(t)
	if gone.Import("00000000-0000-4000-8000-000000000000"); len(gone.State()) > 0 { // an error of Terraform's
		t.Errorf("imported %v", gone.State())
	}
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
	env := newEnv(t, caastest.Options{})
	id := env.API.Add(caastest.Deployment{Name: "vllm", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1"})
	env.API.Edit(id, func(d *caastest.Deployment) { d.LocationIDs = []int{1} })
	env.Test(t, resource.TestStep{
		Config: "import {\n  to = " + address + "\n  id = \"" + id + "\"\n}\n" + base.with(attributes{"location_ids": "[1, 3]"}).String(),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, update)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), env.sent()},
		},
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("location_ids"), knownvalue.SetExact([]knownvalue.Check{knownvalue.Int64Exact(1), knownvalue.Int64Exact(3)})),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("deployment_id"), knownvalue.StringExact(id)),
		},
	})
}

// No locations are like fewer locations, and other ones are a replacement.
func TestDeployment_importOfPartlyReturnedDeployment(t *testing.T) {
	t.Parallel()
	for action, returned := range map[string][]int{"update": {}, "replace": {2}} {
		env := newEnv(t, caastest.Options{})
		id := env.API.Add(caastest.Deployment{Name: "vllm", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1"})
		env.API.Edit(id, func(d *caastest.Deployment) { d.LocationIDs = returned })
		terraform := env.core(t)
		terraform.Import(id)
		if got := terraform.plan(base.with(attributes{"location_ids": "[1, 3]"})).Action; got != action {
			t.Errorf("with the locations %v the plan has the action %s, want %s", returned, got, action)
		}
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

// The configuration that Terraform generates for existing deployments is valid, and
// its plan is empty.
func TestAccDeployment_importGeneratesConfiguration(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	everything := env.API.Add(caastest.Deployment{
		Name: "everything", LocationIDs: []int{3, 1}, Replicas: 2, DurationHours: 100, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--x"}, TrafficPort: 8000,
		Env: map[string]string{"A": "$${HOME}", "B": ""}, SecretEnv: map[string]string{"S": "secret one"},
		ImageURL: "ghcr.io/org/image:1", RegistryUsername: "robot", RegistrySecret: "secret two",
	})
	env.API.Add(caastest.Deployment{Name: "least"})
	env.API.Add(caastest.Deployment{Name: "ended", Status: caastest.StatusCompleted, Entrypoint: []string{"x"}})
	tf := env.Terraform(t)
	blocks := ""
	for _, name := range []string{"everything", "least", "ended"} {
		blocks += "import {\n  to = ioneth_caas_deployment." + name + "\n  id = \"" + name + "\"\n}\n"
	}
	tf.Write("import.tf", blocks)
	tf.Run("plan", "-generate-config-out=generated.tf")
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "Resources: 3 imported, 0 added, 0 changed, 0 destroyed")
	tf.Run("plan", "-detailed-exitcode") // fails when there is something to do
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the API received %q, want nothing", sent)
	}
	// A change of something else keeps what the API never returns.
	tf.Write("generated.tf", strings.Replace(tf.Read("generated.tf"), `B = ""`, `B = "2"`, 1))
	tf.WantOutput(tf.Run("apply", "-auto-approve"), "0 added, 1 changed, 0 destroyed")
	if sent := env.changes(); len(sent) != 1 || sent[0] != `PATCH /deployment/ID {"env_variables":{"A":"$${HOME}","B":"2"}}` {
		t.Errorf("the API received %q, want a change of env_variables alone", sent)
	}
	now, _ := env.API.Deployment(everything)
	if now.SecretEnv["S"] != "secret one" || now.RegistrySecret != "secret two" || now.RegistryUsername != "robot" || now.Args == nil {
		t.Errorf("the API lost a value: %+v", now)
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
