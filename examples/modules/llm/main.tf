# A language model server as a module. Its tests, in tests/, need neither an account
# nor the network: terraform init, terraform test.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
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

    # The public URL is open to everyone, so the server must ask for a key.
    secret_env_variables_wo         = { VLLM_API_KEY = var.api_key }
    secret_env_variables_wo_version = var.api_key_version
  }

  registry_config = {
    image_url = var.image
  }
}
