data "ioneth_caas_price" "vllm" {
  hardware_id    = 203
  location_ids   = [1, 3]
  duration_hours = 24
  replica_count  = 2
}

# The plan shows the price, and the apply buys for no more.
resource "ioneth_caas_deployment" "vllm" {
  resource_private_name = "vllm"
  hardware_id           = data.ioneth_caas_price.vllm.hardware_id
  location_ids          = data.ioneth_caas_price.vllm.location_ids
  duration_hours        = data.ioneth_caas_price.vllm.duration_hours
  max_cost_usdc         = data.ioneth_caas_price.vllm.total_cost_usdc

  container_config = {
    replica_count = data.ioneth_caas_price.vllm.replica_count
    entrypoint    = ["vllm", "serve", "Qwen/Qwen2.5-72B-Instruct"]
    traffic_port  = 8000
  }

  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:v0.11.0"
  }
}
