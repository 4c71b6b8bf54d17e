# terraform query lists the running deployments. With
# -generate-config-out=deployments.tf it also writes the configuration and the
# import blocks for them.
list "ioneth_caas_deployment" "running" {
  provider = ioneth
  limit    = 1000

  config {
    status = "running"
  }
}
