data "ioneth_caas_deployments" "running" {
  status = "running"
}

# IDs by name. Names of running deployments are unique in the account.
output "running" {
  value = { for d in data.ioneth_caas_deployments.running.deployments : d.name => d.deployment_id }
}

# The running deployments that resource_private_name_prefix = "llm-" has created.
output "llm" {
  value = [for d in data.ioneth_caas_deployments.running.deployments : d.deployment_id if startswith(d.name, "llm-")]
}
