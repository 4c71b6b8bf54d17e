package provider_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

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
// what the API returns. The create makes no calls but the name check, the deploy call,
// the polls and the read of the containers.
func TestDeployment_minimal(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: caastest.Timings{Provision: time.Nanosecond}})
	terraform := env.core(t)
	terraform.Settings = "plan_checks = false"
	terraform.apply(base)
	if n, polls := len(env.API.Requests("", "")), env.API.Count("GET", "/deployment/{}"); n != 3+polls {
		t.Errorf("the create made %d calls with %d polls, want 3 others", n, polls)
	}
	terraform.sent(deployed)
	d := env.API.Deployments()[0]
	for attribute, want := range map[string]string{
		"deployment_id": d.ID, "public_urls": "[" + d.Containers[0].PublicURL + "]", "secret_env_keys": "[]",
		"status": "running", "gpus_per_container": "8", "total_gpus": "8", "paid_hours": "24", "amount_paid_usdc": fmt.Sprint(d.AmountPaid),
		"created_at": "2030-01-02T03:04:05Z", "ends_at": "2030-01-03T03:04:00Z", "finished_at": "<nil>",
	} {
		terraform.has(attribute, want)
	}
	terraform.empty(base)
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
		out := tf.Run("apply", "-auto-approve")
		tf.WantOutput(out, address+" "+c.action)
		if c.action == "will be updated in-place" {
			tf.WantOutput(out, "container_config.replica_count, gpus_per_container, hardware_id, location_ids of the deployment")
		}
		if sent := env.changes(); !slices.Equal(sent, []string{c.request}) {
			t.Errorf("the API received %q, want %q", sent, c.request)
		}
	}
	tf.WantOutput(tf.Run("plan"), "No changes.")
}
