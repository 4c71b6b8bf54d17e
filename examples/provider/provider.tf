terraform {
  required_providers {
    ioneth = {
      source = "ioneth/ioneth"
    }
  }
}

# The credential is taken from IONETH_TOKEN, IONETH_API_KEY or IOCLOUD_API_KEY.
provider "ioneth" {}
