data "ioneth_caas_hardware" "all" {}

# Everything that containers of 8 GPUs can run on, and is there now.
output "choices" {
  value = {
    for h in data.ioneth_caas_hardware.all.hardware : h.hardware_name => h.hardware_id
    if h.max_gpus_per_container >= 8 && h.available > 0
  }
}

# The id of one kind of hardware; an error where there is none of that name.
data "ioneth_caas_hardware" "h100" {
  name = "H100 SXM"
}

output "h100_id" {
  value = one(data.ioneth_caas_hardware.h100.hardware[*].hardware_id)

  precondition {
    condition     = length(data.ioneth_caas_hardware.h100.hardware) == 1
    error_message = "There is not exactly one kind of hardware with this name."
  }
}
