# Buys six hours each time it is invoked:
#   terraform apply -invoke=action.ioneth_caas_deployment_extend.six_hours
# Do not add it to an action_trigger: it would buy six hours with every event.
action "ioneth_caas_deployment_extend" "six_hours" {
  config {
    deployment_id = ioneth_caas_deployment.llm.deployment_id
    hours         = 6
    max_cost_usdc = 150
  }
}

data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "llm" {
  resource_private_name = "llm"
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
    image_url = "ghcr.io/example/llm:1.4.2"
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
