terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

# The token is in the environment variable IONETH_TOKEN.
provider "ioneth" {}

variable "hf_token" {
  type      = string
  ephemeral = true
  sensitive = true
}

resource "ioneth_caas_deployment" "llm" {
  resource_private_name = "demo-llm"
  duration_hours        = 24
  gpus_per_container    = 8
  hardware_id           = 203
  location_ids          = [1]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = ["Qwen/Qwen3-32B", "--port", "8000"]
    traffic_port  = 8000
    env_variables = { VLLM_LOGGING_LEVEL = "INFO" }

    # Write-only: sent to the API, and kept in neither plan nor state.
    secret_env_variables_wo         = { HF_TOKEN = var.hf_token }
    secret_env_variables_wo_version = 1
  }

  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:latest"
  }
}

output "public_url" {
  value = one(ioneth_caas_deployment.llm.containers).public_url
}
