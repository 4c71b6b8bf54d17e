# Takes over a deployment that was made in the web console. Nothing is bought and
# nothing about it changes.

terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

import {
  to = ioneth_caas_deployment.taken_over
  id = "from-the-console" # its name, or its deployment_id
}

# terraform plan -generate-config-out=taken_over.tf writes this block for you.
# The API never tells args, the registry's credentials and secret values. What the
# deployment has of them stays as it is as long as they are not written here.
resource "ioneth_caas_deployment" "taken_over" {
  resource_private_name = "from-the-console"
  duration_hours        = 24
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
