output "deployment_id" {
  description = "ID of the deployment."
  value       = ioneth_caas_deployment.this.deployment_id
}

output "urls" {
  description = "Base URL of the API of each container, which is compatible with OpenAI's."
  value       = [for url in ioneth_caas_deployment.this.public_urls : "${url}/v1"]
}

output "ends_at" {
  description = "Time at which the prepaid hours expire."
  value       = ioneth_caas_deployment.this.ends_at
}
