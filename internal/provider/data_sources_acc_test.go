package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// attributeIs checks an attribute of a data source, given without its prefix
// "data.ioneth_caas_".
func attributeIs(dataSource, attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.ioneth_caas_"+dataSource, tfjsonpath.New(attribute), value)
}

// A value that is not known before the apply is looked up at apply. A value from
// another data source is looked up at plan.
func TestAccDataSources_inventory(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.SetPrice(204, 1)
	env.Test(t, resource.TestStep{
		Config: `
data "ioneth_caas_hardware" "test" {
  name = "h200"
}
data "ioneth_caas_locations" "test" {}
data "ioneth_caas_available_replicas" "test" {
  hardware_id = data.ioneth_caas_hardware.test.hardware[0].hardware_id
}
resource "terraform_data" "chosen" {
  input = one(data.ioneth_caas_hardware.test.hardware).hardware_id
}
data "ioneth_caas_price" "test" {
  hardware_id    = terraform_data.chosen.output
  location_ids   = data.ioneth_caas_locations.test.locations[*].id
  duration_hours = 1
  replica_count  = 1
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			attributeIs("hardware.test", "hardware", knownvalue.ListSizeExact(1)),
			attributeIs("locations.test", "locations", knownvalue.ListSizeExact(4)),
			attributeIs("available_replicas.test", "locations", knownvalue.ListSizeExact(4)),
			attributeIs("price.test", "total_cost_usdc", knownvalue.Float64Exact(8)),
		},
	})
	for _, request := range env.API.Requests("GET", "/price") {
		if got := request.Query.Get("hardware_id") + " " + request.Query.Get("location_ids"); got != "204 [1,2,3,4]" {
			t.Errorf("the price was read of %s", got)
		}
	}
}

// The deployment data source finds a deployment that is created after another data
// source of the same apply has read the list.
func TestAccDataSources_deployments(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	second := strings.NewReplacer(`"test"`, `"second"`, `"vllm"`, `"second"`, "location_ids ", "depends_on = [data.ioneth_caas_deployment.test]\n  location_ids ").Replace(minimal)
	env.Test(t, resource.TestStep{
		Config: minimal + second + `
data "ioneth_caas_deployment" "test" {
  deployment_id = ioneth_caas_deployment.test.deployment_id
}
data "ioneth_caas_deployment" "second" {
  deployment_id = ioneth_caas_deployment.second.deployment_id
}
data "ioneth_caas_containers" "test" {
  deployment_id = ioneth_caas_deployment.second.deployment_id
}
data "ioneth_caas_deployments" "test" {
  status     = "running"
  depends_on = [ioneth_caas_deployment.second]
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			attributeIs("deployment.test", "name", knownvalue.StringExact("vllm")),
			attributeIs("deployment.second", "name", knownvalue.StringExact("second")),
			attributeIs("deployment.second", "status", knownvalue.StringExact("running")),
			attributeIs("containers.test", "containers", knownvalue.ListSizeExact(1)),
			attributeIs("deployments.test", "deployments", knownvalue.ListSizeExact(2)),
		},
	})
}

const (
	sampleID = "6d1e9b1c-6a53-4b0e-9f3c-0a3a5b1f2c11"
	device1  = "11111111-0000-4000-8000-000000000000"
	device2  = "22222222-0000-4000-8000-000000000000"
)

// sample is a deployment with every member that the API can return: two
// containers, one of them running, an hour and a half into the four that are paid
// for.
func sample() caastest.Deployment {
	started := start.Add(-90 * time.Minute)
	return caastest.Deployment{
		ID: sampleID, Name: "vllm", Status: caastest.StatusRunning,
		HardwareID: 204, LocationIDs: []int{3, 1}, Replicas: 2, GPUsPerContainer: 8, DurationHours: 4,
		Entrypoint: []string{"vllm", "serve"}, Args: []string{"--secret-argument"}, TrafficPort: 8000,
		Env: map[string]string{"HF_HOME": "/data"}, SecretEnv: map[string]string{"HF_TOKEN": "hf-secret-value"},
		ImageURL: "docker.io/vllm/vllm-openai:latest", RegistryUsername: "robot", RegistrySecret: "registry-secret-value",
		Created: started.Add(-2 * time.Minute), Started: started, AmountPaid: 191.36,
		Containers: []caastest.Container{
			{
				ContainerID: "c-2", DeviceID: device2, Status: caastest.StatusDeploying, Created: started.Add(-time.Minute),
			},
			{
				ContainerID: "c-1", DeviceID: device1, Status: caastest.StatusRunning, PublicURL: "https://c-1.example.test", Created: started.Add(-time.Minute),
				Events: []caastest.Event{{Time: started, Message: "container started"}, {Time: started.Add(30 * time.Second), Message: "public URL ready"}},
			},
		},
	}
}
