terraform {
  required_providers {
    smallest = { source = "ioneth/smallest" }
  }
}

variable "n" {
  type = number
}

resource "smallest_thing" "bench" {
  count = var.n
  name  = "bench-${count.index}"
}
