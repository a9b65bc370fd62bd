# steward on one client of a Nomad cluster, looking at that client. `raw_exec` runs it on the host as the user `steward`,
# who has to exist; the tarball of `npm run package` lies at /opt/steward. What needs root stays with
# steward-executor.socket of that host, which Nomad does not start.
#
# The keys are Nomad variables: nomad var put nomad/jobs/steward intake_token=… anthropic=…
variable "host" {
  type        = string
  description = "Name of the client on which steward lives: state and spool stay there."
}

variable "listen" {
  type        = string
  default     = "127.0.0.1:9097"
  description = "Where alerts and failed units are taken; beyond loopback the token below is demanded."
}

job "steward" {
  type = "service"

  constraint {
    attribute = "${node.unique.name}"
    value     = var.host
  }

  group "serve" {
    count = 1

    # One spool has one serve: the old one ends before the new one begins.
    update {
      max_parallel = 1
      canary       = 0
    }

    restart {
      attempts = 5
      interval = "5m"
      delay    = "5s"
      mode     = "delay"
    }

    task "serve" {
      driver = "raw_exec"
      user   = "steward"

      config {
        command = "/opt/steward/bin/steward"
        args    = ["serve", "--listen", var.listen]
      }

      env {
        HOME              = "/var/lib/steward"
        STEWARD_STATE_DIR = "/var/lib/steward"
      }

      # Read by systemd's name for it: one file a credential.
      template {
        destination = "secrets/credentials/intake-token"
        perms       = "0600"
        data        = "{{ with nomadVar \"nomad/jobs/steward\" }}{{ .intake_token }}{{ end }}"
      }

      template {
        destination = "secrets/credentials/anthropic"
        perms       = "0600"
        data        = "{{ with nomadVar \"nomad/jobs/steward\" }}{{ .anthropic }}{{ end }}"
      }

      template {
        destination = "secrets/env"
        env         = true
        data        = "CREDENTIALS_DIRECTORY={{ env \"NOMAD_SECRETS_DIR\" }}/credentials"
      }

      # A run ends in order, and a change that is on goes back.
      kill_signal  = "SIGTERM"
      kill_timeout = "180s"

      resources {
        cpu    = 300
        memory = 512
      }

      service {
        name     = "steward"
        provider = "nomad"
        address  = "127.0.0.1"

        check {
          type     = "script"
          command  = "/usr/bin/curl"
          args     = ["-fsS", "-m", "5", "http://${var.listen}/healthz"]
          interval = "30s"
          timeout  = "6s"
        }
      }
    }
  }
}
