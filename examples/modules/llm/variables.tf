variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "model" {
  description = "Model to serve, as Hugging Face names it."
  type        = string

  validation {
    condition     = can(regex("^[^/]+/[^/]+$", var.model))
    error_message = "The model must be written as organisation/name."
  }
}

variable "hours" {
  description = "Hours to run, paid for up front."
  type        = number
}

variable "hardware_id" {
  description = "Id of the hardware."
  type        = number
}

variable "location_ids" {
  description = "Ids of the locations."
  type        = set(number)
}

variable "replicas" {
  description = "Servers to run, 8 GPUs each."
  type        = number
  default     = 1
}

variable "max_cost_usdc" {
  description = "The most that one apply may buy, in USDC."
  type        = number
  default     = null
}

variable "image" {
  description = "Image of the server."
  type        = string
  default     = "docker.io/vllm/vllm-openai:v0.11.0"
}
