variable "database_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "api" {
  resource_private_name = "api"
  duration_hours        = 24
  max_cost_usdc         = 500

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if l.iso2 == "US"]

  container_config = {
    replica_count = 1
    # A literal dollar sign. io.net would substitute $0 otherwise.
    entrypoint   = ["/app/serve", "--price-format", provider::ioneth::escape("$0.00")]
    traffic_port = 8000

    # A password may have a dollar sign in it.
    secret_env_variables_wo         = { DATABASE_PASSWORD = provider::ioneth::escape(var.database_password) }
    secret_env_variables_wo_version = 1
  }

  registry_config = {
    image_url = "ghcr.io/example/api:1.4.2"
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}
