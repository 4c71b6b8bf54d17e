# A server of a language model that asks its clients for a key. The apply ends when
# the model answers. Prepaid hours are renewed by every apply near their end.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

provider "ioneth" {
  max_total_cost_usdc = 1000
}

variable "model" {
  description = "Model to serve, as Hugging Face names it."
  type        = string
  default     = "Qwen/Qwen2.5-72B-Instruct"
}

variable "hardware_name" {
  description = "Name of the hardware type, as ioneth_caas_hardware lists it."
  type        = string
  default     = "H100 SXM"
}

variable "vllm_api_key" {
  description = "Key that clients must send. The public URL itself is open to everyone."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "hf_token" {
  description = "Token of Hugging Face, for models that need one."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "secrets_version" {
  description = "Increase it to send changed secrets."
  type        = number
  default     = 1
}

locals {
  image = "docker.io/vllm/vllm-openai:v0.11.0"
  args  = [var.model, "--tensor-parallel-size", "8", "--port", "8000"]
}

data "ioneth_caas_hardware" "chosen" {
  name = var.hardware_name

  lifecycle {
    postcondition {
      condition     = length(self.hardware) == 1
      error_message = "The account has ${length(self.hardware)} hardware types of this name."
    }
  }
}

data "ioneth_caas_available_replicas" "chosen" {
  hardware_id = one(data.ioneth_caas_hardware.chosen.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "vllm" {
  resource_private_name = "vllm"
  duration_hours        = 24
  max_cost_usdc         = 500

  renewal = {
    early_renewal_hours = 6
    hours               = 24
    max_total_hours     = 168
  }

  hardware_id  = data.ioneth_caas_available_replicas.chosen.hardware_id
  location_ids = data.ioneth_caas_available_replicas.chosen.locations[*].id

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = local.args
    traffic_port  = 8000

    # A null value is left out.
    secret_env_variables_wo = {
      VLLM_API_KEY = var.vllm_api_key
      HF_TOKEN     = var.hf_token
    }
    secret_env_variables_wo_version = var.secrets_version
  }

  registry_config = {
    image_url = local.image
  }

  lifecycle {
    # A changed inventory must not replace what runs.
    ignore_changes = [hardware_id, location_ids]
  }
}

resource "ioneth_caas_deployment_readiness" "vllm" {
  deployment_id = ioneth_caas_deployment.vllm.deployment_id
  path          = "/health"
  triggers      = { image = local.image, args = join(" ", local.args), secrets = var.secrets_version }
  timeouts      = { create = "90m" }
}

output "url" {
  description = "Base URL of the API, which is compatible with OpenAI's."
  value       = one([for url in ioneth_caas_deployment.vllm.public_urls : "${url}/v1"])

  # Available only after the model answers.
  depends_on = [ioneth_caas_deployment_readiness.vllm]
}

output "ends_at" {
  description = "Time at which the prepaid hours expire."
  value       = ioneth_caas_deployment.vllm.ends_at
}
