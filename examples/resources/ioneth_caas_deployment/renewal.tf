data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

# Each apply with fewer than 12 hours left buys 24 more, up to 30 days in total.
resource "ioneth_caas_deployment" "service" {
  resource_private_name = "service"
  duration_hours        = 48
  max_cost_usdc         = 1000 # for each apply

  renewal = {
    early_renewal_hours = 12
    hours               = 24
    max_total_hours     = 720
  }

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if l.iso2 == "US"]

  container_config = {
    replica_count = 1
    entrypoint    = ["/app/serve"]
    traffic_port  = 8000
  }

  registry_config = {
    image_url = "ghcr.io/example/service:1.4.2"
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
