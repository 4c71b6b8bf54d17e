terraform {
  required_providers {
    ioneth = { source = "ioneth/ioneth" }
  }
}

variable "n" {
  type = number
}

variable "log_level" {
  default = "info"
}

resource "ioneth_caas_deployment" "bench" {
  count                 = var.n
  resource_private_name = "bench-${count.index}"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1, 2]
  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = ["meta-llama/Llama-3.1-8B-Instruct", "--tensor-parallel-size", "8"]
    traffic_port  = 8000
    env_variables = {
      HF_HOME   = "/cache"
      LOG_LEVEL = var.log_level
    }
    secret_env_variables = { HF_TOKEN = "made-up-${count.index}" }
  }
  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:latest"
  }
}
