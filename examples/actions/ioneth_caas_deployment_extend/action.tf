# Bought by hand, when it is needed, with
#   terraform apply -invoke=action.ioneth_caas_deployment_extend.six_hours
# As the trigger of an event it would buy six hours with every such event.
action "ioneth_caas_deployment_extend" "six_hours" {
  config {
    deployment_id = ioneth_caas_deployment.vllm.deployment_id
    hours         = 6
  }
}

resource "ioneth_caas_deployment" "vllm" {
  resource_private_name = "vllm"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1, 2]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = ["Qwen/Qwen3-235B-A22B", "--tensor-parallel-size", "8", "--port", "8000"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:v0.11.0"
  }
}
