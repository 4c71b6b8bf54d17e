data "ioneth_caas_hardware" "all" {}

# The names and IDs of what the account can use.
output "hardware" {
  value = { for h in data.ioneth_caas_hardware.all.hardware : h.hardware_id => "${h.hardware_name}, ${h.available} available" }
}

# One hardware type, by its name.
data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"

  lifecycle {
    postcondition {
      condition     = length(self.hardware) == 1
      error_message = "The account has ${length(self.hardware)} hardware types of this name. See the output \"hardware\" for the names."
    }
  }
}

output "h100_id" {
  value = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)
}
