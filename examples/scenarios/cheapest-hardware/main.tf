# Chooses the cheapest hardware that has room for two containers of 8 GPUs in one
# location, and deploys there, under a budget.

terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

variable "budget_usdc" {
  description = "The most that one apply may buy, in USDC."
  type        = number
  default     = 1500
}

locals {
  hours    = 24
  replicas = 2

  on_offer = {
    for h in data.ioneth_caas_hardware.all.hardware : h.hardware_id => h.hardware_name
    if h.max_gpus_per_container >= 8 && h.available > 0
  }
  rooms = {
    for id, offer in data.ioneth_caas_available_replicas.each :
    id => [for at in offer.locations : at.id if at.available_replicas >= local.replicas]
  }
  with_room = { for id, locations in local.rooms : id => locations if length(locations) > 0 }
  prices    = { for id, price in data.ioneth_caas_price.each : id => price.total_cost_usdc }
  cheapest  = [for id, price in local.prices : id if price == min(values(local.prices)...)][0]
}

data "ioneth_caas_hardware" "all" {}

data "ioneth_caas_available_replicas" "each" {
  for_each    = local.on_offer
  hardware_id = each.key
}

data "ioneth_caas_price" "each" {
  for_each       = local.with_room
  hardware_id    = each.key
  location_ids   = each.value
  duration_hours = local.hours
  replica_count  = local.replicas
}

resource "ioneth_caas_deployment" "cheapest" {
  resource_private_name = "cheapest"
  duration_hours        = local.hours
  hardware_id           = local.cheapest
  location_ids          = local.with_room[local.cheapest]
  max_cost_usdc         = var.budget_usdc

  container_config = {
    replica_count = local.replicas
    entrypoint    = ["python", "-m", "http.server", "8000"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = "docker.io/library/python:3.13"
  }

  # Prices and room move. Without this, a later plan would replace what runs by
  # what is cheapest then.
  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}

output "hardware" {
  value = ioneth_caas_deployment.cheapest.hardware_name
}

output "urls" {
  value = ioneth_caas_deployment.cheapest.containers[*].public_url
}
