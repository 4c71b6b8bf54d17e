terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

variable "hardware_name" {
  description = "Name of the hardware type, as ioneth_caas_hardware lists it."
  type        = string
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

resource "ioneth_caas_deployment" "first" {
  resource_private_name = "first"
  duration_hours        = 1
  max_cost_usdc         = 25

  hardware_id  = data.ioneth_caas_available_replicas.chosen.hardware_id
  location_ids = data.ioneth_caas_available_replicas.chosen.locations[*].id

  container_config = {
    replica_count = 1
    entrypoint    = ["python", "-m", "http.server", "8000", "--directory", "/srv"]
    traffic_port  = 8000
  }

  registry_config = {
    image_url = "docker.io/library/python:3.13"
  }

  lifecycle {
    # A changed inventory must not replace what runs.
    ignore_changes = [hardware_id, location_ids]
  }
}

output "urls" {
  value = ioneth_caas_deployment.first.public_urls
}
