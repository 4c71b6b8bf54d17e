terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

resource "ioneth_caas_deployment" "first" {
  resource_private_name = "first"
  duration_hours        = 1
  hardware_id           = 203
  location_ids          = [1, 2]
  max_cost_usdc         = 25

  container_config = {
    replica_count = 1
    entrypoint    = ["python", "-m", "http.server", "8000"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = "docker.io/library/python:3.13"
  }
}

output "url" {
  value = ioneth_caas_deployment.first.containers[0].public_url
}
