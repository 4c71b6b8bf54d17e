data "ioneth_caas_deployment" "llm" {
  name = "llm"
}

data "ioneth_caas_containers" "llm" {
  deployment_id = data.ioneth_caas_deployment.llm.deployment_id
}

# The events of the containers that have no public URL yet.
output "events" {
  value = {
    for c in data.ioneth_caas_containers.llm.containers : c.container_id => c.events[*].message
    if c.public_url == null
  }
}
