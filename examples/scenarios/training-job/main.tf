# A job that ends before its prepaid hours do. It uploads its result, because nothing
# that a container writes survives it, and then serves HTTP until it is destroyed.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

variable "upload_token" {
  description = "Token for the storage that receives the result."
  type        = string
  sensitive   = true
  ephemeral   = true
}

data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

resource "ioneth_caas_deployment" "job" {
  resource_private_name = "training-job"
  duration_hours        = 5 # the most that the job may take
  max_cost_usdc         = 120

  hardware_id  = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids = data.ioneth_caas_available_replicas.h100.locations[*].id

  # A job that does not serve HTTP yet may not be reported as running, so the apply
  # does not wait.
  wait_for_running = false

  container_config = {
    replica_count = 1
    entrypoint    = ["sh", "-c"]
    args = [
      "python train.py && python upload.py; python -m http.server 8000 --directory /srv"
    ]
    traffic_port = 8000

    secret_env_variables_wo         = { UPLOAD_TOKEN = var.upload_token }
    secret_env_variables_wo_version = 1
  }

  registry_config = {
    image_url = "ghcr.io/example/train:1.4.2"
  }

  lifecycle {
    ignore_changes = [hardware_id, location_ids]
  }
}

output "deployment_id" {
  value = ioneth_caas_deployment.job.deployment_id
}
