# Prints what the server has written when it is up, or was changed, and follows it
# for a minute.
action "ioneth_caas_deployment_logs" "start" {
  config {
    deployment_id  = ioneth_caas_deployment.vllm.deployment_id
    stream         = "stderr"
    lines          = 50
    follow_seconds = 60
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

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.ioneth_caas_deployment_logs.start]
    }
  }
}
