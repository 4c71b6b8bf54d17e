data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

locals {
  image = "docker.io/vllm/vllm-openai:v0.11.0"
}

variable "vllm_api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "ioneth_caas_deployment" "llm" {
  resource_private_name = "llm"
  duration_hours        = 24
  max_cost_usdc         = 500

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if l.iso2 == "US"]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = ["Qwen/Qwen2.5-72B-Instruct", "--tensor-parallel-size", "8", "--port", "8000"]
    traffic_port  = 8000

    secret_env_variables_wo         = { VLLM_API_KEY = var.vllm_api_key }
    secret_env_variables_wo_version = 1
  }

  registry_config = {
    image_url = local.image
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}

# The apply ends when the model answers. If it does not answer in time, the apply
# fails, but the deployment is not tainted.
resource "ioneth_caas_deployment_readiness" "llm" {
  deployment_id = ioneth_caas_deployment.llm.deployment_id
  path          = "/health"

  # Check again after a change in place.
  triggers = { image = local.image }

  timeouts = { create = "90m" }
}

output "urls" {
  value = ioneth_caas_deployment_readiness.llm.urls
}
