data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

# The locations that have capacity for four containers now.
output "location_ids" {
  value = [
    for l in data.ioneth_caas_available_replicas.h100.locations : l.id
    if l.available_replicas >= 4
  ]
}
