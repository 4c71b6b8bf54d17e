# Chooses the cheapest hardware that has capacity for two containers in one location,
# once, and deploys there under a budget.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

variable "budget_usdc" {
  description = "Maximum that one apply may spend, in USDC."
  type        = number
  default     = 1500
}

locals {
  hours    = 24
  replicas = 2

  # Hardware IDs with the locations that have enough capacity now.
  capacity = {
    for id, replicas in data.ioneth_caas_available_replicas.each :
    id => [for l in replicas.locations : l.id if l.available_replicas >= local.replicas]
  }
  candidates = { for id, locations in local.capacity : id => locations if length(locations) > 0 }
  prices     = { for id, price in data.ioneth_caas_price.each : id => price.total_cost_usdc }
  cheapest   = try([for id, price in local.prices : id if price == min(values(local.prices)...)][0], null)
}

data "ioneth_caas_hardware" "all" {}

data "ioneth_caas_available_replicas" "each" {
  for_each    = { for h in data.ioneth_caas_hardware.all.hardware : h.hardware_id => h.hardware_name }
  hardware_id = each.key
}

data "ioneth_caas_price" "each" {
  for_each       = local.candidates
  hardware_id    = each.key
  location_ids   = each.value
  duration_hours = local.hours
  replica_count  = local.replicas
}

# Keeps the first choice: later prices and sold-out hardware change nothing. To choose
# again, which replaces the deployment:
#   terraform apply -replace=terraform_data.choice
resource "terraform_data" "choice" {
  input = local.cheapest == null ? null : {
    hardware_id  = tonumber(local.cheapest)
    location_ids = local.candidates[local.cheapest]
  }

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.input != null
      error_message = "No hardware type has capacity for ${local.replicas} containers in one location."
    }
  }
}

resource "ioneth_caas_deployment" "cheapest" {
  resource_private_name = "cheapest"
  duration_hours        = local.hours
  max_cost_usdc         = var.budget_usdc

  hardware_id  = terraform_data.choice.input.hardware_id
  location_ids = terraform_data.choice.input.location_ids

  container_config = {
    replica_count = local.replicas
    entrypoint    = ["python", "-m", "http.server", "8000", "--directory", "/srv"]
    traffic_port  = 8000
  }

  registry_config = {
    image_url = "docker.io/library/python:3.13"
  }
}

output "hardware" {
  value = ioneth_caas_deployment.cheapest.hardware_name
}

output "urls" {
  value = ioneth_caas_deployment.cheapest.public_urls
}
