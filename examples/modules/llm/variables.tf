variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "model" {
  description = "Model to serve, as Hugging Face names it."
  type        = string

  validation {
    condition     = can(regex("^[^/]+/[^/]+$", var.model))
    error_message = "The model must have the form organization/name."
  }
}

variable "api_key" {
  description = "Key that clients must send."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "api_key_version" {
  description = "Version of api_key. Increase it to send a new key."
  type        = number
  default     = 1
}

variable "hours" {
  description = "Total number of prepaid hours."
  type        = number
}

variable "hardware_id" {
  description = "ID of the hardware type."
  type        = number
}

variable "location_ids" {
  description = "IDs of the locations."
  type        = set(number)
}

variable "replicas" {
  description = "Number of containers, each with 8 GPUs."
  type        = number
  default     = 1
}

variable "max_cost_usdc" {
  description = "Maximum that one apply may spend on the deployment, in USDC."
  type        = number
}

variable "image" {
  description = "Image of the server."
  type        = string
  default     = "docker.io/vllm/vllm-openai:v0.11.0"
}
