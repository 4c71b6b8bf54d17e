# Lists what the account can rent and where. It buys nothing.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

data "ioneth_caas_hardware" "all" {}

data "ioneth_caas_locations" "all" {}

output "hardware" {
  value = { for h in data.ioneth_caas_hardware.all.hardware : h.hardware_id => "${h.hardware_name}, ${h.available} available" }
}

output "locations" {
  value = { for l in data.ioneth_caas_locations.all.locations : l.id => "${l.iso2} ${l.name}" }
}
