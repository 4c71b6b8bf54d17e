# Secrets that are stored neither in the plan nor in the state. To rotate them, set
# the new values and increase the version. The deployment is changed in place, which
# costs nothing.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

variable "hf_token" {
  description = "Token of Hugging Face."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "registry_password" {
  description = "Password for the registry of the image."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "secrets_version" {
  description = "Increase it whenever one of the secrets changes."
  type        = number
  default     = 1
}

data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "private" {
  resource_private_name = "private"
  duration_hours        = 24
  max_cost_usdc         = 500

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if l.iso2 == "US"]

  container_config = {
    replica_count = 1
    entrypoint    = ["/app/serve"]
    traffic_port  = 8000

    secret_env_variables_wo         = { HF_TOKEN = var.hf_token }
    secret_env_variables_wo_version = var.secrets_version
  }

  registry_config = {
    image_url                  = "ghcr.io/example/private:1.4.2"
    registry_username          = "robot"
    registry_secret_wo         = var.registry_password
    registry_secret_wo_version = var.secrets_version
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
