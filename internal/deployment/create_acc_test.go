package deployment_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// minimal has the required attributes and an image.
const minimal = `
resource "ioneth_caas_deployment" "test" {
  resource_private_name = "vllm"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1]
  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:latest"
  }
}
`

// full has every field of the deploy call.
const full = `
resource "ioneth_caas_deployment" "test" {
  resource_private_name = "vllm"
  duration_hours        = 48
  gpus_per_container    = 8
  hardware_id           = 204
  location_ids          = [3, 1]
  container_config = {
    replica_count = 2
    entrypoint    = ["vllm", "serve"]
    args          = ["--model", "meta-llama/Llama-3.1-70B"]
    traffic_port  = 8000
    env_variables = {
      HF_HOME = "/data"
    }
    secret_env_variables = {
      HF_TOKEN = "hf-secret-value"
    }
  }
  registry_config = {
    image_url         = "ghcr.io/org/image:tag"
    registry_username = "robot"
    registry_secret   = "registry-secret-value"
  }
  timeouts = {
    create = "1h"
  }
}
`

// body is the one deploy request that the API received.
func (w *world) body(t *testing.T) map[string]any {
	t.Helper()
	calls := w.Calls("POST", "/deploy")
	if len(calls) != 1 {
		t.Fatalf("the API received %d deploy requests, want 1", len(calls))
	}
	return calls[0].JSON()
}

func wantJSON(t *testing.T, got any, want string) {
	t.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, wanted) {
		gotJSON, _ := json.Marshal(got)
		t.Errorf("the API received\n%s\nwant\n%s", gotJSON, want)
	}
}

// deploymentsAre checks the status of every deployment that the mock ever had.
func (w *world) deploymentsAre(t *testing.T, statuses ...string) {
	t.Helper()
	var got []string
	for _, d := range w.Deployments() {
		got = append(got, d.Status)
	}
	if !reflect.DeepEqual(got, statuses) {
		t.Errorf("the mock holds deployments that are %q, want %q", got, statuses)
	}
}

func TestAccDeployment_minimal(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{
				Config: w.hcl(minimal),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("running")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("gpus_per_container"), knownvalue.Int64Exact(8)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("total_gpus"), knownvalue.Int64Exact(8)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("created_at"), knownvalue.StringExact("2030-01-02T03:04:05Z")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("finished_at"), knownvalue.Null()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("amount_paid_usdc"), knownvalue.Float64Exact(24*8*2.49)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("secret_env_keys"), knownvalue.SetSizeExact(0)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("containers").AtSliceIndex(0).AtMapKey("public_url"),
						knownvalue.StringRegexp(regexp.MustCompile(`^https://.+`))),
				},
				Check: func(s *terraform.State) error {
					wantJSON(t, w.body(t), `{
						"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
						"container_config": {"replica_count": 1, "entrypoint": ["vllm", "serve"], "traffic_port": 8000},
						"registry_config": {"image_url": "docker.io/vllm/vllm-openai:latest"}}`)
					header := w.Calls("POST", "/deploy")[0].Header
					if got := header.Get("Authorization"); got != "Bearer test-token" {
						t.Errorf("Authorization = %q, want the bearer token", got)
					}
					if got := header.Get("User-Agent"); got != "terraform-provider-ioneth/test" {
						t.Errorf("User-Agent = %q", got)
					}
					d := w.Deployments()[0]
					return resource.TestCheckResourceAttr(address, "deployment_id", d.ID)(s)
				},
			},
			{
				Config:           w.hcl(minimal),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
	w.deploymentsAre(t, "destroyed")
}

func TestAccDeployment_everyFieldReachesTheWire(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{
				Config: w.hcl(full),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("containers"), knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("secret_env_keys"),
						knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("HF_TOKEN")})),
				},
				Check: func(*terraform.State) error {
					wantJSON(t, w.body(t), `{
						"resource_private_name": "vllm", "duration_hours": 48, "gpus_per_container": 8, "hardware_id": 204, "location_ids": [1, 3],
						"container_config": {
							"replica_count": 2, "entrypoint": ["vllm", "serve"], "args": ["--model", "meta-llama/Llama-3.1-70B"], "traffic_port": 8000,
							"env_variables": {"HF_HOME": "/data"}, "secret_env_variables": {"HF_TOKEN": "hf-secret-value"}},
						"registry_config": {"image_url": "ghcr.io/org/image:tag", "registry_username": "robot", "registry_secret": "registry-secret-value"}}`)
					return nil
				},
			},
			{
				Config:           w.hcl(full),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

// TestAccDeployment_omittedNullAndEmpty shows that each way to say nothing in a
// collection is stable and sends nothing.
func TestAccDeployment_omittedNullAndEmpty(t *testing.T) {
	for name, extra := range map[string]string{
		"omitted":                  ``,
		"null":                     "args = null\n env_variables = null\n secret_env_variables = null",
		"empty":                    "env_variables = {}\n secret_env_variables = {}",
		"known after other things": "args = var.none\n env_variables = terraform_data.empty.output\n secret_env_variables = terraform_data.empty.output",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, caastest.Options{})
			config := w.hcl(`
variable "none" {
  type    = list(string)
  default = null
}
resource "terraform_data" "empty" {
  input = tomap({})
}
`) + regexp.MustCompile(`traffic_port .*`).ReplaceAllString(minimal, "$0\n"+extra)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{
					{Config: config},
					{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				},
			})
			wantJSON(t, w.body(t)["container_config"], `{"replica_count": 1, "entrypoint": ["vllm", "serve"], "traffic_port": 8000}`)
		})
	}
}

// TestAccDeployment_unknownAtPlan shows that nothing has to be known at plan.
func TestAccDeployment_unknownAtPlan(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	const late = `
resource "terraform_data" "late" {
  input = {
    name = "vllm", number = 24, hardware = 203, locations = [1], list = ["vllm", "serve"], env = { A = "b" },
    image = "ghcr.io/org/image:tag", gpus = 8, container = { replica_count = 1, entrypoint = ["run"], traffic_port = 80 }
  }
}
locals {
  late = terraform_data.late.output
}
`
	const inside = `
resource "ioneth_caas_deployment" "test" {
  resource_private_name = local.late.name
  duration_hours        = local.late.number
  gpus_per_container    = local.late.gpus
  hardware_id           = local.late.hardware
  location_ids          = local.late.locations
  container_config = {
    replica_count        = local.late.container.replica_count
    entrypoint           = local.late.list
    args                 = local.late.list
    traffic_port         = local.late.container.traffic_port
    env_variables        = local.late.env
    secret_env_variables = { S = local.late.name }
  }
  registry_config = {
    image_url = local.late.image
  }
}
`
	const whole = `
resource "ioneth_caas_deployment" "test" {
  resource_private_name = local.late.name
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = local.late.locations
  container_config      = local.late.container
  registry_config       = {}
}
`
	for name, config := range map[string]string{"each attribute": inside, "container_config as a whole": whole} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{
					{Config: w.hcl(late + config)},
					{Config: w.hcl(late + config), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
				},
			})
		})
	}
}

func TestAccDeployment_withoutWaiting(t *testing.T) {
	w := newWorld(t, caastest.Options{})
	config := w.hcl(regexp.MustCompile(`duration_hours .*`).ReplaceAllString(minimal, "$0\n  wait_for_running = false"))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("deployment requested")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("ends_at"), knownvalue.Null()),
			},
		}},
	})
	if n := w.clock.Now().Sub(start); n > 0 && len(w.Calls("GET", "/deployment/{}")) == 0 {
		t.Errorf("waited %s", n)
	}
}
