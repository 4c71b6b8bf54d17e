# Two accounts in one configuration. A credential in the provider block is used
# alone: the environment variables are then ignored, so accounts never mix.

terraform {
  required_providers {
    ioneth = {
      source  = "ioneth/ioneth"
      version = "~> 0.1.0"
    }
  }
}

variable "research_api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

variable "production_api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

provider "ioneth" {
  alias               = "research"
  api_key             = var.research_api_key
  max_total_cost_usdc = 200
}

provider "ioneth" {
  alias               = "production"
  api_key             = var.production_api_key
  max_total_cost_usdc = 5000
}

# Names are unique within an account, and IDs belong to it.
data "ioneth_caas_deployments" "research" {
  provider = ioneth.research
  status   = "running"
}

data "ioneth_caas_deployments" "production" {
  provider = ioneth.production
  status   = "running"
}

output "running" {
  value = {
    research   = data.ioneth_caas_deployments.research.deployments[*].name
    production = data.ioneth_caas_deployments.production.deployments[*].name
  }
}
