variable "vllm_api_key" {
  description = "Key that clients must send. The public URL itself is open to everyone."
  type        = string
  sensitive   = true
  ephemeral   = true
}

data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

# A language model on 8 GPUs, for a day.
resource "ioneth_caas_deployment" "llm" {
  resource_private_name = "llm"
  duration_hours        = 24
  max_cost_usdc         = 500

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if contains(["US", "DE"], l.iso2)]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = ["Qwen/Qwen2.5-72B-Instruct", "--tensor-parallel-size", "8", "--port", "8000"]
    traffic_port  = 8000
    env_variables = { VLLM_LOGGING_LEVEL = "INFO" }

    # Stored neither in the plan nor in the state. Increase the version to send a
    # new value.
    secret_env_variables_wo         = { VLLM_API_KEY = var.vllm_api_key }
    secret_env_variables_wo_version = 1
  }

  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:v0.11.0"
  }

  lifecycle {
    # A changed inventory must not replace what runs.
    ignore_changes = [hardware_id, location_ids]
  }
}

output "urls" {
  value = ioneth_caas_deployment.llm.public_urls
}
