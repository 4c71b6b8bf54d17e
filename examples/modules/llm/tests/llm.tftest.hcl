# The provider is mocked: it makes no API call and buys nothing. Terraform invents the
# computed values that are not set here. It cannot invent a list of objects, so
# containers is empty; public_urls is a list of strings, which can be set.
mock_provider "ioneth" {
  mock_resource "ioneth_caas_deployment" {
    defaults = {
      deployment_id = "11111111-1111-4111-8111-111111111111"
      status        = "running"
      ends_at       = "2030-01-03T03:04:05Z"
      public_urls   = ["https://one.example"]
    }
  }
}

variables {
  name          = "llm"
  model         = "Qwen/Qwen2.5-72B-Instruct"
  api_key       = "test"
  hours         = 24
  hardware_id   = 203
  location_ids  = [1, 2]
  max_cost_usdc = 1000
}

run "plans_the_configuration" {
  command = plan

  variables {
    replicas = 2
  }
  assert {
    condition     = ioneth_caas_deployment.this.container_config.args[0] == "Qwen/Qwen2.5-72B-Instruct"
    error_message = "The first argument must be the model."
  }
  assert {
    condition     = ioneth_caas_deployment.this.container_config.replica_count == 2 && ioneth_caas_deployment.this.duration_hours == 24
    error_message = "The plan must have two containers for a day."
  }
}

run "returns_the_deployment" {
  assert {
    condition     = output.deployment_id == "11111111-1111-4111-8111-111111111111"
    error_message = "The output must be the ID of the deployment."
  }
  assert {
    condition     = output.ends_at == "2030-01-03T03:04:05Z"
    error_message = "The output must be the end of the prepaid time."
  }
  assert {
    condition     = one(output.urls) == "https://one.example/v1"
    error_message = "The output must be the base URL of the API."
  }
}

run "rejects_a_model_without_organization" {
  command = plan

  variables {
    model = "Qwen2.5"
  }
  expect_failures = [var.model]
}
