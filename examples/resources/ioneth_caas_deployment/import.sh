# By deployment_id:
terraform import ioneth_caas_deployment.llm 6f1c1e0e-3c1b-4a5e-9f4e-0d6a1b2c3d4e

# By name:
terraform import ioneth_caas_deployment.llm llm
