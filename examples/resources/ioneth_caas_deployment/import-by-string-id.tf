import {
  to = ioneth_caas_deployment.llm
  id = "llm" # the name, or the deployment_id
}
