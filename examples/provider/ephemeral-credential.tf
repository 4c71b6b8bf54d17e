# An ephemeral value is stored neither in a plan file nor in the state. Instead of
# a variable it can be an ephemeral resource of a secret store, such as
# ephemeral.vault_kv_secret_v2.ioneth.data.api_key.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

variable "ioneth_api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

provider "ioneth" {
  api_key = var.ioneth_api_key
}
