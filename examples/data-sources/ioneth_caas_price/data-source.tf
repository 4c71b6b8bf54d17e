data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

data "ioneth_caas_available_replicas" "h100" {
  hardware_id = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}

# What 24 hours on two containers would cost now. Reading a price buys nothing.
data "ioneth_caas_price" "day" {
  hardware_id    = data.ioneth_caas_available_replicas.h100.hardware_id
  location_ids   = [for l in data.ioneth_caas_available_replicas.h100.locations : l.id if l.iso2 == "US"]
  duration_hours = 24
  replica_count  = 2
}

output "total_cost_usdc" {
  value = data.ioneth_caas_price.day.total_cost_usdc
}
