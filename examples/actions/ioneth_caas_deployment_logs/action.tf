# Prints the last lines of both logs:
#   terraform apply -invoke=action.ioneth_caas_deployment_logs.now
action "ioneth_caas_deployment_logs" "now" {
  config {
    deployment_id = ioneth_caas_deployment.llm.deployment_id
  }
}

# Prints the last lines of stderr after a create or an update, and follows them for
# a minute. The lifecycle block below triggers it.
action "ioneth_caas_deployment_logs" "start" {
  config {
    deployment_id  = ioneth_caas_deployment.llm.deployment_id
    stream         = "stderr"
    lines          = 50
    follow_seconds = 60
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

    action_trigger {
      events  = [after_create, after_update]
      actions = [action.ioneth_caas_deployment_logs.start]
    }
  }
}
