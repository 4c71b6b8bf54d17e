package provider_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
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
	for _, from := range []string{id, strings.ToUpper(id), "vllm"} {
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
	rejected("sglang", `The account has no deployment with the ID or name "sglang"`)
	env.API.Edit(newer, func(d *caastest.Deployment) { d.Name = "ended" })
	env.API.Edit(older, func(d *caastest.Deployment) { d.Name = "gone" })
	ended := env.core(t)
	ended.Import("ended")
	ended.has("deployment_id", newer)
	rejected("gone", "has been destroyed, so it cannot be imported. Remove the import block")
	env.API.Add(caastest.Deployment{Name: "vllm"})
	rejected("vllm", `2 deployments that have not ended have the name "vllm": `)
	env.API.Inject(caastest.Fault{Path: "/deployment/{}", Times: -1, Status: 503})
	rejected(id, "The deployment "+id+" was not imported.")
	env.API.ClearFaults()
	gone := env.core(t)
	if gone.Import("00000000-0000-4000-8000-000000000000"); len(gone.State()) > 0 { // an error of Terraform's
		t.Errorf("imported %v", gone.State())
	}
}

// A change in place leaves the secret variables of an imported deployment, and a
// replacement does not have them, which the plan says.
func TestDeployment_importedSecretsAreLostByReplacement(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.created(t, rich).State()["deployment_id"].(string)
	imported := env.core(t)
	imported.Import(id)
	unmanaged := rich.with(attributes{"container_config.secret_env_variables": ""})
	const words = "To keep S, add them to container_config.secret_env_variables_wo"
	if p := imported.plan(unmanaged.with(attributes{"container_config.traffic_port": "9999"})); acctest.Words(words).MatchString(strings.Join(p.Diagnostics, "\n")) {
		t.Errorf("the plan of an update has the diagnostics %q", p.Diagnostics)
	}
	imported.wantWords(imported.plan(unmanaged.with(attributes{"hardware_id": "204"})).Diagnostics, words)
}

// Locations that the API does not return after an import are taken from the
// configuration and replace nothing; other ones are a replacement. A name that starts
// with the configured prefix stays.
func TestDeployment_importOfPartlyReturnedDeployment(t *testing.T) {
	t.Parallel()
	config := prefixed.with(attributes{"location_ids": "[1, 3]"})
	for _, c := range []struct {
		returned []int
		action   string
	}{{[]int{1}, "update"}, {[]int{}, "update"}, {[]int{2}, "replace"}} {
		env := newEnv(t, caastest.Options{})
		id := env.API.Add(caastest.Deployment{Name: "vllm-abcd1234", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1"})
		env.API.Edit(id, func(d *caastest.Deployment) { d.LocationIDs = c.returned })
		terraform := env.core(t)
		terraform.Import(id)
		if c.action == "update" {
			terraform.becomes(config, "update")
			terraform.has("location_ids", "[1 3]")
		} else if got := terraform.plan(config).Action; got != c.action {
			t.Errorf("with the locations %v the plan has the action %s, want %s", c.returned, got, c.action)
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
	env := newEnv(t, restarting())
	everything := env.API.Add(caastest.Deployment{
		Name: "everything", LocationIDs: []int{3, 1}, Replicas: 2, DurationHours: 100, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--x"}, TrafficPort: 8000,
		Env: map[string]string{"A": "$${HOME}", "B": ""}, SecretEnv: map[string]string{"S": "secret one"},
		ImageURL: "ghcr.io/org/image:1", RegistryUsername: "robot", RegistrySecret: "secret two",
	})
	least := env.API.Add(caastest.Deployment{Name: "least"})
	env.API.Add(caastest.Deployment{Name: "ended", Status: caastest.StatusCompleted, Entrypoint: []string{"x"}})
	tf := env.Terraform(t)
	blocks := ""
	for name, id := range map[string]string{"everything": "everything", "least": least, "ended": "ended"} {
		blocks += "import {\n  to = ioneth_caas_deployment." + name + "\n  id = \"" + id + "\"\n}\n"
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

// Terraform 1.12 and later import by an identity. They present a state that was
// written without one as of version 0, which the provider must accept.
func TestDeployment_identity(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p, id := env.Server(t), env.API.Add(caastest.Deployment{})
	schemas, err := p.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.Must(err, schemas.Diagnostics)
	schema := schemas.IdentitySchemas[acctest.DeploymentType]
	if schema.Version != 0 {
		t.Errorf("the identity has version %d, want 0", schema.Version)
	}
	imported, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: acctest.DeploymentType, Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.Value(schema.ValueType(), `{"deployment_id": "`+id+`"}`)},
	})
	p.Must(err, imported.Diagnostics)
	p.WantIdentity("import", imported.ImportedResources[0].Identity, id)
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: acctest.DeploymentType, CurrentState: imported.ImportedResources[0].State})
	p.Must(err, read.Diagnostics)
	p.WantIdentity("read", read.NewIdentity, id)
}
