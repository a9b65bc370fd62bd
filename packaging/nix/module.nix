# NixOS: services.steward. The units are the package's own; this says which of them are on, and with what.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib)
    elem
    filter
    genAttrs
    literalExpression
    mapAttrs'
    mapAttrsToList
    mkEnableOption
    mkIf
    mkMerge
    mkOption
    nameValuePair
    types
    ;

  cfg = config.services.steward;
  settingsFormat = pkgs.formats.yaml { };
  # Of the scripts among the triggers, and of the program; what a probe looks with is added by whoever has it.
  tools = [
    pkgs.curl
    pkgs.util-linux
    pkgs.git
  ];
  onAll = elem "all" cfg.onFailure;
  # systemd reads LoadCredential= anew for each drop-in: they add up.
  credentials = mapAttrsToList (name: path: "${name}:${path}") cfg.credentials;

  # A file of the same name nearer to the unit takes the place of the one for all: steward must not wake itself.
  topLevel = pkgs.runCommand "steward-on-failure" { } ''
    put() {
      mkdir -p "$out/lib/systemd/system/$1.d"
      printf '%s\n' '[Unit]' "$2" >"$out/lib/systemd/system/$1.d/50-steward.conf"
    }
    put service OnFailure=steward-failure@%n.service
    for unit in steward-.service steward-failure@.service steward@.service; do put "$unit" ""; done
  '';

  goal = types.submodule {
    options = {
      onCalendar = mkOption {
        type = types.str;
        example = "Mon..Fri 06:30";
        description = "When the goal runs: systemd.time(7).";
      };
      randomizedDelay = mkOption {
        type = types.str;
        default = "10min";
        description = "Over how long its beginning is spread.";
      };
      slot = mkOption {
        type = types.enum [
          "minutely"
          "hourly"
          "daily"
          "weekly"
        ];
        default = "hourly";
        description = "Within one slot the goal runs once, whoever starts it.";
      };
    };
  };
in
{
  options.services.steward = {
    enable = mkEnableOption "steward, which looks after this machine";

    package = mkOption {
      type = types.package;
      default = pkgs.steward;
      defaultText = literalExpression "pkgs.steward";
      description = "The package whose program and units are used.";
    };

    settings = mkOption {
      default = { };
      description = "What stands in /etc/steward/steward.yaml: docs/reference/settings.md. Never a secret: the store is readable for everybody.";
      example = literalExpression ''{ model = "claude-sonnet-5-5"; budgets.usd_per_month = 5; }'';
      type = types.submodule {
        freeformType = settingsFormat.type;
        options = {
          model = mkOption {
            type = types.nullOr types.str;
            default = null;
            description = "Model to use; null: rules only.";
          };
          autonomy = mkOption {
            type = types.enum [
              "observe"
              "propose"
              "reversible"
              "full"
            ];
            default = "propose";
            description = "The furthest any run may go without a person.";
          };
        };
      };
    };

    goals = mkOption {
      type = types.attrsOf goal;
      default = {
        health-check.onCalendar = "hourly";
      };
      description = "Goals that run by a timer, by name.";
    };

    credentials = mkOption {
      type = types.attrsOf types.path;
      default = { };
      example = literalExpression ''{ anthropic = "/run/secrets/anthropic"; intake-token = "/run/secrets/steward"; }'';
      description = "Files with a secret each, outside the store, by the name under which steward looks for it.";
    };

    onFailure = mkOption {
      type = types.listOf types.str;
      default = [ "all" ];
      description = "Services whose failure begins a look: names without `.service`, or `all`.";
    };

    serve = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether alerts and failed units are taken in.";
      };
      listen = mkOption {
        type = types.strMatching "(\\[[0-9a-fA-F:.]+]|[[:alnum:].-]+):[0-9]{1,5}";
        default = "127.0.0.1:9097";
        description = "Where; beyond loopback the credential intake-token is demanded.";
      };
    };

    executor.enable = mkEnableOption "the executor, which does as root what somebody approved";

    operators = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Users who may see the system's runs, and answer what waits.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = cfg.serve.enable || cfg.onFailure == [ ];
        message = "services.steward.onFailure: failures of this host have nowhere to go without serve.enable";
      }
      {
        assertion = filter (name: lib.hasPrefix "steward" name) cfg.onFailure == [ ];
        message = "services.steward.onFailure: steward must not wake itself";
      }
    ];

    environment.systemPackages = [ cfg.package ];
    environment.etc."steward/steward.yaml".source =
      settingsFormat.generate "steward.yaml"
        (lib.filterAttrs (_: value: value != null) cfg.settings);

    users.users = mkMerge [
      {
        steward = {
          isSystemUser = true;
          group = "steward";
          home = "/var/lib/steward";
          description = "steward, the planner";
        };
      }
      (genAttrs cfg.operators (_: {
        extraGroups = [
          "steward"
          "steward-approvers"
        ];
      }))
    ];
    users.groups.steward = { };
    users.groups.steward-approvers = { };

    systemd.packages = [ cfg.package ] ++ lib.optional onAll topLevel;

    systemd.services = mkMerge [
      {
        steward-serve = {
          enable = cfg.serve.enable;
          wantedBy = [ "multi-user.target" ];
          path = tools;
          environment.STEWARD_LISTEN = cfg.serve.listen;
          serviceConfig.LoadCredential = credentials;
        };
        "steward@" = {
          overrideStrategy = "asDropin";
          path = tools;
          serviceConfig.LoadCredential = credentials;
        };
        "steward-failure@" = {
          overrideStrategy = "asDropin";
          path = tools;
        };
        steward-failure-send = {
          path = tools;
          environment.STEWARD_URL = "http://${cfg.serve.listen}";
          serviceConfig.LoadCredential = filter (lib.hasPrefix "intake-token:") credentials;
        };
        steward-recover.wantedBy = [ "multi-user.target" ];
      }
      (mapAttrs' (
        name: each:
        nameValuePair "steward@${name}" {
          overrideStrategy = "asDropin";
          environment.STEWARD_SLOT = each.slot;
        }
      ) cfg.goals)
      (genAttrs (filter (name: name != "all") cfg.onFailure) (_: {
        onFailure = [ "steward-failure@%n.service" ];
      }))
    ];

    systemd.timers = mkMerge [
      { steward-failure-send.wantedBy = [ "timers.target" ]; }
      (mapAttrs' (
        name: each:
        nameValuePair "steward@${name}" {
          overrideStrategy = "asDropin";
          wantedBy = [ "timers.target" ];
          timerConfig = {
            OnCalendar = [
              ""
              each.onCalendar
            ];
            RandomizedDelaySec = each.randomizedDelay;
          };
        }
      ) cfg.goals)
    ];

    systemd.sockets.steward-executor = mkIf cfg.executor.enable { wantedBy = [ "sockets.target" ]; };
  };
}
