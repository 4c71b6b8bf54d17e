terraform {
  required_version = ">= 1.11"
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
  resource_private_name_prefix = "demo-llm-"
  duration_hours               = 24
  gpus_per_container           = 8
  hardware_id                  = 203
  location_ids                 = [1]

  # Every apply with fewer than 12 hours left buys 24 more.
  renewal = { early_renewal_hours = 12, hours = 24 }

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

  # A replacement is created, and ready, before the old deployment is destroyed.
  lifecycle { create_before_destroy = true }
}

# Waits until every container answers.
resource "ioneth_caas_deployment_readiness" "llm" {
  deployment_id = ioneth_caas_deployment.llm.deployment_id
  path          = "/health"
}

output "public_url" {
  value = ioneth_caas_deployment_readiness.llm.urls[0]
}
