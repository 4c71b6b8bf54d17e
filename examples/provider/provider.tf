terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

# The credential is read from IONETH_TOKEN, IONETH_API_KEY or IOCLOUD_API_KEY.
provider "ioneth" {
  # All purchases of one apply together may not cost more.
  max_total_cost_usdc = 1000
}
