# Secrets that are in neither plan nor state. To rotate them, give the new values
# and raise the version; the deployment is changed in place, which costs nothing.

terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

variable "hf_token" {
  description = "Token of the model hub."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "registry_password" {
  description = "Password at the registry of the image."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "secrets_version" {
  description = "Raise it whenever one of the secrets changes."
  type        = number
  default     = 1
}

resource "ioneth_caas_deployment" "private" {
  resource_private_name = "private"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1]

  container_config = {
    replica_count = 1
    entrypoint    = ["serve"]
    traffic_port  = 8000

    secret_env_variables_wo         = { HF_TOKEN = var.hf_token }
    secret_env_variables_wo_version = var.secrets_version
  }

  registry_config = {
    image_url                  = "ghcr.io/org/private-image:1.0"
    registry_username          = "robot"
    registry_secret_wo         = var.registry_password
    registry_secret_wo_version = var.secrets_version
  }
}
