package provider_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/zclconf/go-cty/cty"

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

// body returns the body of the deploy request, of which there must be one.
func (env *testEnv) body(t *testing.T) map[string]any {
	t.Helper()
	calls := env.API.Requests("POST", "/deploy")
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
func TestAccDeployment_minimal(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{
				Config: env.Config(minimal),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("running")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("gpus_per_container"), knownvalue.Int64Exact(8)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("total_gpus"), knownvalue.Int64Exact(8)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("created_at"), knownvalue.StringExact("2030-01-02T03:04:05Z")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("ends_at"), knownvalue.StringExact("2030-01-03T03:06:00Z")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("paid_hours"), knownvalue.Int64Exact(24)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("finished_at"), knownvalue.Null()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("amount_paid_usdc"), knownvalue.Float64Exact(24*8*2.49)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("secret_env_keys"), knownvalue.SetSizeExact(0)),
					statecheck.CompareValuePairs(address, tfjsonpath.New("public_urls").AtSliceIndex(0),
						address, tfjsonpath.New("containers").AtSliceIndex(0).AtMapKey("public_url"), compare.ValuesSame()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("public_urls").AtSliceIndex(0),
						knownvalue.StringRegexp(regexp.MustCompile(`^https://.+`))),
				},
				Check: func(s *terraform.State) error {
					wantJSON(t, env.body(t), `{
						"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
						"container_config": {"replica_count": 1, "entrypoint": ["vllm", "serve"], "traffic_port": 8000},
						"registry_config": {"image_url": "docker.io/vllm/vllm-openai:latest"}}`)
					header := env.API.Requests("POST", "/deploy")[0].Header
					if got := header.Get("Authorization"); got != "Bearer test-token" {
						t.Errorf("Authorization = %q, want the bearer token", got)
					}
					if got := header.Get("User-Agent"); got != "terraform-provider-ioneth/test" {
						t.Errorf("User-Agent = %q", got)
					}
					d := env.API.Deployments()[0]
					return resource.TestCheckResourceAttr(address, "deployment_id", d.ID)(s)
				},
			},
			{
				Config:           env.Config(minimal),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
	env.deploymentsAre(t, "destroyed")
}

// The deploy request has every attribute that is set.
func TestDeployment_full(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.core(t)
	terraform.apply(config(full))
	terraform.has("secret_env_keys", "[HF_TOKEN]")
	for _, list := range []string{"containers", "public_urls"} {
		if n := len(terraform.State()[list].([]any)); n != 2 {
			t.Errorf("%d %s, want 2", n, list)
		}
	}
	wantJSON(t, env.body(t), `{
		"resource_private_name": "vllm", "duration_hours": 48, "gpus_per_container": 8, "hardware_id": 204, "location_ids": [1, 3],
		"container_config": {
			"replica_count": 2, "entrypoint": ["vllm", "serve"], "args": ["--model", "meta-llama/Llama-3.1-70B"], "traffic_port": 8000,
			"env_variables": {"HF_HOME": "/data"}, "secret_env_variables": {"HF_TOKEN": "hf-secret-value"}},
		"registry_config": {"image_url": "ghcr.io/org/image:tag", "registry_username": "robot", "registry_secret": "registry-secret-value"}}`)
	terraform.empty(config(full))
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

// The API receives values that are known only after the apply of another resource.
func TestAccDeployment_createWithUnknownValues(t *testing.T) {
	t.Parallel()
	const config = `
resource "terraform_data" "late" {
  input = {
    name = "vllm", hours = 24, hardware = 203, locations = [1], image = "ghcr.io/org/image:tag", gpus = 8
    container = { replica_count = 1, entrypoint = ["run"], args = ["--x"], traffic_port = 80, env_variables = { A = "b" } }
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
`
	env := newEnv(t, caastest.Options{})
	env.Test(t,
		resource.TestStep{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			plancheck.ExpectUnknownValue(address, tfjsonpath.New("container_config")),
		}}},
		resource.TestStep{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
	)
	wantJSON(t, env.body(t), `{
		"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
		"container_config": {"replica_count": 1, "entrypoint": ["run"], "args": ["--x"], "traffic_port": 80, "env_variables": {"A": "b"}},
		"registry_config": {"image_url": "ghcr.io/org/image:tag"}}`)
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

// terraform test can mock the public URLs of a deployment.
func TestAccDeployment_mockedPublicURLs(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	tf := env.Terraform(t)
	tf.Write("main.tf", minimal+`output "url" { value = one(ioneth_caas_deployment.test.public_urls) }`)
	tf.Write("main.tftest.hcl", `
mock_provider "ioneth" {
  mock_resource "ioneth_caas_deployment" {
    defaults = { public_urls = ["https://example.test"] }
  }
}
run "url" {
  assert {
    condition     = output.url == "https://example.test"
    error_message = "got ${output.url}"
  }
}
`)
	tf.WantOutput(tf.Run("test"), "1 passed, 0 failed")
	if n := len(env.API.Requests("", "")); n > 0 {
		t.Errorf("the API received %d requests", n)
	}
}
