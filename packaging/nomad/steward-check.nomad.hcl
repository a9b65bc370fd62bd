# The health check on the client on which steward lives, once an hour; beside steward.nomad.hcl. What it finds is an
# incident there. A run that has something to say ends with a status of its own (docs/reference/exit-codes.md), which Nomad
# shows as failed: it is not tried again.
variable "host" {
  type        = string
  description = "Name of the client, as in steward.nomad.hcl."
}

variable "when" {
  type    = string
  default = "17 * * * *"
}

job "steward-check" {
  type = "batch"

  constraint {
    attribute = "${node.unique.name}"
    value     = var.host
  }

  periodic {
    crons            = [var.when]
    prohibit_overlap = true
  }

  group "check" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "check" {
      driver = "raw_exec"
      user   = "steward"

      config {
        command = "/opt/steward/triggers/scheduled-check"
        args    = ["health-check", "hourly"]
      }

      env {
        HOME            = "/var/lib/steward"
        STATE_DIRECTORY = "/var/lib/steward"
        STEWARD         = "/opt/steward/bin/steward"
      }

      kill_signal  = "SIGTERM"
      kill_timeout = "120s"

      resources {
        cpu    = 300
        memory = 512
      }
    }
  }
}
