data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "large_image" {
  resource_private_name = "large-image"
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
    image_url = "ghcr.io/example/large:1.4.2"
  }

  # The wait includes the pull of the image. A deployment that does not run in time
  # is tainted, and paid for.
  timeouts = {
    create = "90m"
    update = "90m"
    delete = "30m"
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
