# A deployment that another configuration, or the web console, has made.
data "ioneth_caas_deployment" "vllm" {
  name = "vllm"
}

output "urls" {
  value = data.ioneth_caas_deployment.vllm.containers[*].public_url
}

check "time_left" {
  assert {
    condition     = data.ioneth_caas_deployment.vllm.compute_minutes_remaining > 120
    error_message = "The deployment ends at ${coalesce(data.ioneth_caas_deployment.vllm.ends_at, "an unknown time")}."
  }
}
