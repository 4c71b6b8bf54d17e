package provider_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// deploymentsAre checks the status of every deployment that was ever created.
func (env *testEnv) deploymentsAre(t *testing.T, statuses ...string) {
	t.Helper()
	var got []string
	for _, d := range env.API.Deployments() {
		got = append(got, d.Status)
	}
	if !reflect.DeepEqual(got, statuses) {
		t.Errorf("the deployments are %q, want %q", got, statuses)
	}
}

// A configuration with the required attributes sends only those, and the state has
// what the API returns.
func TestDeployment_minimal(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.core(t)
	terraform.apply(base)
	terraform.sent(deployed)
	d := env.API.Deployments()[0]
	for attribute, want := range map[string]string{
		"deployment_id": d.ID, "public_urls": "[" + d.Containers[0].PublicURL + "]", "secret_env_keys": "[]",
		"status": "running", "gpus_per_container": "8", "total_gpus": "8", "paid_hours": "24", "amount_paid_usdc": fmt.Sprint(d.AmountPaid),
		"created_at": "2030-01-02T03:04:05Z", "ends_at": "2030-01-03T03:06:00Z", "finished_at": "<nil>",
	} {
		terraform.has(attribute, want)
	}
	terraform.empty(base)
}

// The deploy request has every attribute that is set.
func TestDeployment_full(t *testing.T) {
	t.Parallel()
	terraform := newEnv(t, caastest.Options{}).core(t)
	full := rich.with(attributes{
		"resource_private_name": `"full"`, "duration_hours": `48`, "gpus_per_container": `8`, "hardware_id": `204`,
		"container_config.entrypoint": `["run"]`, "container_config.traffic_port": `80`, "registry_config.image_url": `"nginx"`,
	})
	terraform.apply(full)
	terraform.sent(`POST /deploy {"container_config":{"args":["--port","8000"],"entrypoint":["run"],"env_variables":{"A":"1","B":""},"replica_count":3,` +
		`"secret_env_variables":{"S":"a secret value"},"traffic_port":80},"duration_hours":48,"gpus_per_container":8,"hardware_id":204,"location_ids":[1,2,3],` +
		`"registry_config":{"image_url":"nginx","registry_secret":"another secret value","registry_username":"robot"},"resource_private_name":"full"}`)
	terraform.has("secret_env_keys", "[S]")
	for _, list := range []string{"containers", "public_urls"} {
		if n := len(terraform.State()[list].([]any)); n != 3 {
			t.Errorf("%d %s, want 3", n, list)
		}
	}
	terraform.empty(full)
}

// An empty collection that is known only at apply sends nothing and has an empty plan.
func TestDeployment_emptyAtApply(t *testing.T) {
	t.Parallel()
	terraform := newEnv(t, caastest.Options{}).core(t)
	config := base.with(attributes{"container_config.env_variables": "late", "container_config.secret_env_variables": "late"})
	terraform.late(cty.UnknownVal(cty.Map(cty.String)))
	p := terraform.plan(config)
	terraform.late(cty.MapValEmpty(cty.String))
	terraform.Apply(p)
	terraform.sent(deployed)
	terraform.empty(config)
}

// The API receives values that are known only after the apply of another resource,
// when the deployment is created and when it is changed in place.
func TestAccDeployment_valuesOfAnotherResource(t *testing.T) {
	t.Parallel()
	env := newEnv(t, restarting())
	tf := env.Terraform(t)
	for _, c := range []struct{ argument, action, request string }{
		{"--x", "will be created", deployedWith(`{"entrypoint"`, `{"args":["--x"],"entrypoint"`)},
		{"--y", "will be updated in-place", patch(`{"args":["--y"]}`)[0]},
	} {
		tf.Write("main.tf", fmt.Sprintf(`
resource "terraform_data" "late" {
  input = {
    name = "vllm", hours = 24, hardware = 203, locations = [1], image = "ghcr.io/org/image:1", gpus = 8
    container = { replica_count = 1, entrypoint = ["vllm", "serve"], args = [%q], traffic_port = 8000 }
  }
}
resource "ioneth_caas_deployment" "test" {
  resource_private_name = terraform_data.late.output.name
  duration_hours        = terraform_data.late.output.hours
  gpus_per_container    = terraform_data.late.output.gpus
  hardware_id           = terraform_data.late.output.hardware
  location_ids          = terraform_data.late.output.locations
  container_config      = terraform_data.late.output.container
  registry_config       = { image_url = terraform_data.late.output.image }
}
`, c.argument))
		env.API.ResetJournal()
		tf.WantOutput(tf.Run("apply", "-auto-approve"), address+" "+c.action)
		if sent := env.changes(); !slices.Equal(sent, []string{c.request}) {
			t.Errorf("the API received %q, want %q", sent, c.request)
		}
	}
	tf.WantOutput(tf.Run("plan"), "No changes.")
}

// With wait_for_running = false the apply returns at once.
func TestDeployment_doesNotWait(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, base.with(attributes{"wait_for_running": "false"}))
	terraform.has("status", "deployment requested")
	terraform.has("ends_at", "<nil>")
	if waited := env.Clock.Now().Sub(start); waited > 0 {
		t.Errorf("the apply waited %s", waited)
	}
}
