variable "database_password" {
  type      = string
  sensitive = true
}

resource "ioneth_caas_deployment" "api" {
  resource_private_name = "api"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1]

  container_config = {
    replica_count = 1
    # A literal dollar sign, which io.net would take for a variable otherwise.
    entrypoint   = [for word in ["serve", "--price-format", "$0.00"] : provider::ioneth::escape(word)]
    traffic_port = 8000

    secret_env_variables = {
      DATABASE_PASSWORD = provider::ioneth::escape(var.database_password)
    }
  }

  registry_config = {
    image_url = "ghcr.io/example/api:1.4.2"
  }
}
