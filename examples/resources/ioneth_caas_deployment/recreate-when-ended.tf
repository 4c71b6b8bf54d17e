data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

# The first apply after the prepaid time has expired buys the same deployment again.
resource "ioneth_caas_deployment" "nightly" {
  resource_private_name = "nightly"
  duration_hours        = 8
  recreate_when_ended   = true
  max_cost_usdc         = 200 # for each apply

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if l.iso2 == "US"]

  container_config = {
    replica_count = 1
    entrypoint    = ["/app/serve"]
    traffic_port  = 8000
  }

  registry_config = {
    image_url = "ghcr.io/example/nightly:1.4.2"
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
