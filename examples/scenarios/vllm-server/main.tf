# A server of a language model, its URL as an output, and a check of its health
# with every plan and apply.

terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

variable "model" {
  description = "Model to serve."
  type        = string
  default     = "Qwen/Qwen3-235B-A22B"
}

resource "ioneth_caas_deployment" "vllm" {
  resource_private_name = "vllm"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1, 2]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = [var.model, "--tensor-parallel-size", "8", "--port", "8000"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:v0.11.0"
  }
}

# The API asks each container's traffic_port for its health and tells the result
# as the container's status, which every plan reads. A check only warns.
check "health" {
  assert {
    condition     = alltrue([for c in ioneth_caas_deployment.vllm.containers : c.status == "running"])
    error_message = "The server is not healthy: its containers are ${join(", ", ioneth_caas_deployment.vllm.containers[*].status)}. The data source ioneth_caas_containers tells their events."
  }
}

output "url" {
  description = "Base URL of the OpenAI-compatible API."
  value       = one([for c in ioneth_caas_deployment.vllm.containers : "${c.public_url}/v1" if c.public_url != null])
}
