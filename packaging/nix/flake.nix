{
  description = "steward: an agent shell for people who run a homelab or a small cluster";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      stewardOf = pkgs: pkgs.callPackage ./package.nix { src = ../..; };
    in
    {
      packages = forEach (pkgs: rec {
        steward = stewardOf pkgs;
        default = steward;
      });

      overlays.default = final: _prev: { steward = stewardOf final; };

      nixosModules.default =
        { pkgs, lib, ... }:
        {
          imports = [ ./module.nix ];
          services.steward.package = lib.mkDefault self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        };
    };
}
