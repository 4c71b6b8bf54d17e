data "ioneth_caas_available_replicas" "h100" {
  hardware_id = 203
}

# The locations with room for all four replicas at once.
output "location_ids" {
  value = [
    for l in data.ioneth_caas_available_replicas.h100.locations : l.id
    if l.available_replicas >= 4
  ]
}
