# Imports a deployment that was created in the web console. When the configuration
# matches the deployment, nothing is bought and nothing changes.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

import {
  to = ioneth_caas_deployment.imported
  id = "from-the-console" # its name or its deployment_id
}

# terraform plan -generate-config-out=imported.tf writes this block, without
# max_cost_usdc. The API does not return args, registry credentials and secret values.
# While they are left out here, those of the deployment stay as they are.
resource "ioneth_caas_deployment" "imported" {
  resource_private_name = "from-the-console"
  duration_hours        = 24
  max_cost_usdc         = 0 # an import must buy nothing
  hardware_id           = 203
  location_ids          = [1]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    traffic_port  = 8000
    env_variables = { LOG_LEVEL = "info" }
  }

  registry_config = {
    image_url = "ghcr.io/org/image:tag"
  }
}
