variable "hf_token" {
  description = "Token of the model hub."
  type        = string
  sensitive   = true
  ephemeral   = true
}

# A server of a language model on 8 GPUs, for a day.
resource "ioneth_caas_deployment" "llm" {
  resource_private_name = "llm"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1, 2]

  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    args          = ["meta-llama/Llama-3.1-70B-Instruct", "--tensor-parallel-size", "8"]
    traffic_port  = 8000

    env_variables = {
      VLLM_LOGGING_LEVEL = "INFO"
    }

    # Neither plan nor state hold the token; raise the version to send a new one.
    secret_env_variables_wo = {
      HF_TOKEN = var.hf_token
    }
    secret_env_variables_wo_version = 1
  }

  registry_config = {
    image_url = "docker.io/vllm/vllm-openai:v0.11.0"
  }
}

output "url" {
  value = ioneth_caas_deployment.llm.containers[0].public_url
}
