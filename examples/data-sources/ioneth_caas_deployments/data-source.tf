data "ioneth_caas_deployments" "running" {
  status = "running"
}

# Ids by name: among running deployments a name is unique.
output "running" {
  value = { for d in data.ioneth_caas_deployments.running.deployments : d.name => d.deployment_id }
}
