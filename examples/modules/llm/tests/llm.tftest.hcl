# The provider is a mock: nothing is asked and nothing bought. What only the API
# tells is made up, here or by Terraform, as are defaults such as that of
# gpus_per_container. A mock has no containers: Terraform makes up no lists of
# objects, so a module should not rely on containers[0].
mock_provider "ioneth" {
  mock_resource "ioneth_caas_deployment" {
    defaults = {
      deployment_id = "11111111-1111-4111-8111-111111111111"
      status        = "running"
      ends_at       = "2030-01-03T03:04:05Z"
    }
  }
}

variables {
  name         = "llm"
  model        = "Qwen/Qwen3-235B-A22B"
  hours        = 24
  hardware_id  = 203
  location_ids = [1, 2]
}

run "plans_what_is_asked" {
  command = plan

  variables {
    replicas = 2
  }
  assert {
    condition     = ioneth_caas_deployment.this.container_config.args[0] == "Qwen/Qwen3-235B-A22B"
    error_message = "The server must be told which model to serve."
  }
  assert {
    condition     = ioneth_caas_deployment.this.container_config.replica_count == 2 && ioneth_caas_deployment.this.duration_hours == 24
    error_message = "Two servers were asked for, for a day."
  }
}

run "tells_what_was_deployed" {
  assert {
    condition     = output.deployment_id == "11111111-1111-4111-8111-111111111111"
    error_message = "The output must be the id of the deployment."
  }
  assert {
    condition     = output.ends_at == "2030-01-03T03:04:05Z"
    error_message = "The output must be the end of the time paid for."
  }
  assert {
    condition     = length(output.urls) == 0
    error_message = "Without a container there is no URL, and no error."
  }
}

run "refuses_a_model_without_organisation" {
  command = plan

  variables {
    model = "Qwen3"
  }
  expect_failures = [var.model]
}
