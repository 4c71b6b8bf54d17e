# terraform query lists them; with -generate-config-out=deployments.tf it also
# writes the configuration and the import blocks to take them over.
list "ioneth_caas_deployment" "running" {
  provider = ioneth
  limit    = 1000

  config {
    status = "running"
  }
}
