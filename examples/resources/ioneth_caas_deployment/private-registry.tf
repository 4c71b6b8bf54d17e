variable "registry_token" {
  description = "Token that can pull the image."
  type        = string
  sensitive   = true
  ephemeral   = true
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
  }

  registry_config = {
    image_url                  = "ghcr.io/example/private:1.4.2"
    registry_username          = "robot"
    registry_secret_wo         = var.registry_token
    registry_secret_wo_version = 1
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
