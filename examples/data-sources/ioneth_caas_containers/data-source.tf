data "ioneth_caas_deployment" "vllm" {
  name = "vllm"
}

data "ioneth_caas_containers" "vllm" {
  deployment_id = data.ioneth_caas_deployment.vllm.deployment_id
}

# What happened to the containers that are not up.
output "trouble" {
  value = {
    for c in data.ioneth_caas_containers.vllm.containers : c.container_id => c.events[*].message
    if c.public_url == null
  }
}
