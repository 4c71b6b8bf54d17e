# A service that outlives its prepaid hours, and whose replacement takes over before
# the old deployment ends.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

provider "ioneth" {
  max_total_cost_usdc = 2000 # for all resources of one apply together
}

variable "replicas" {
  description = "Number of containers. Changing it replaces the deployment."
  type        = number
  default     = 1
}

locals {
  image = "ghcr.io/example/service:1.4.2"
}

data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "service" {
  # Eight random characters are appended, so that the old and the new deployment can
  # exist at the same time.
  resource_private_name_prefix = "service-"

  duration_hours = 48
  max_cost_usdc  = 2000 # for each apply

  # Each apply with fewer than 12 hours left buys 24 more.
  renewal = {
    early_renewal_hours = 12
    hours               = 24
    max_total_hours     = 720
  }

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = data.ioneth_caas_available_replicas.h100.locations[*].id

  container_config = {
    replica_count = var.replicas
    entrypoint    = ["/app/serve"]
    traffic_port  = 8000
  }

  registry_config = {
    image_url = local.image
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [hardware_id, location_ids]
  }
}

# The old deployment is destroyed only after this has succeeded for the new one.
resource "ioneth_caas_deployment_readiness" "service" {
  deployment_id = ioneth_caas_deployment.service.deployment_id
  path          = "/health"
  triggers      = { image = local.image }
  timeouts      = { create = "90m" }
}

# For the proxy in front, whose address stays the same: it forwards to these URLs.
output "backends" {
  value = ioneth_caas_deployment_readiness.service.urls
}
