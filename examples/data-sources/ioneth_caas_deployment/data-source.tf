# By name: a deployment of another configuration or of the web console.
data "ioneth_caas_deployment" "llm" {
  name = "llm"
}

# By ID, because several deployments that have ended can have the same name.
variable "deployment_id" {
  type    = string
  default = null
}

data "ioneth_caas_deployment" "by_id" {
  count         = var.deployment_id == null ? 0 : 1
  deployment_id = var.deployment_id
}

output "urls" {
  value = data.ioneth_caas_deployment.llm.containers[*].public_url
}

# A check only warns.
check "remaining_time" {
  assert {
    condition     = data.ioneth_caas_deployment.llm.compute_minutes_remaining > 120
    error_message = "Less than two hours of prepaid time remain."
  }
}
