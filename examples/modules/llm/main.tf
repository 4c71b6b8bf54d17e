# A server of a language model, as a module of one's own could be. Its tests, in
# tests/, need neither an account nor the network: terraform init, terraform test.

terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

resource "ioneth_caas_deployment" "this" {
  resource_private_name = var.name
  duration_hours        = var.hours
  hardware_id           = var.hardware_id
  location_ids          = var.location_ids
  max_cost_usdc         = var.max_cost_usdc

  container_config = {
    replica_count = var.replicas
    entrypoint    = ["vllm", "serve"]
    args          = [var.model, "--tensor-parallel-size", "8", "--port", "8000"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = var.image
  }
}
