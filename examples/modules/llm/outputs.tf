output "deployment_id" {
  description = "Id of the deployment."
  value       = ioneth_caas_deployment.this.deployment_id
}

output "urls" {
  description = "Base URL of the OpenAI-compatible API of each server that is up."
  value       = [for c in ioneth_caas_deployment.this.containers : "${c.public_url}/v1" if c.public_url != null]
}

output "ends_at" {
  description = "When the time paid for is up."
  value       = ioneth_caas_deployment.this.ends_at
}
