# steward from its sources, with the Node of nixpkgs: the one that npm brings is not linked for NixOS.
{
  lib,
  buildNpmPackage,
  importNpmLock,
  makeWrapper,
  nodejs_24,
  src,
}:

buildNpmPackage {
  pname = "steward";
  version = (builtins.fromJSON (builtins.readFile (src + "/package.json"))).version;
  inherit src;

  nodejs = nodejs_24;
  npmDeps = importNpmLock { npmRoot = src; };
  npmConfigHook = importNpmLock.npmConfigHook;
  npmFlags = [ "--omit=optional" ];
  nativeBuildInputs = [ makeWrapper ];
  dontNpmInstall = true;

  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib/steward/node_modules/@lydell $out/lib/systemd/system $out/bin $out/share/doc/steward
    cp -r bin dist goals context prompts triggers package.json LICENSE $out/lib/steward/
    cp -r node_modules/@lydell/. $out/lib/steward/node_modules/@lydell/
    cp -r docs $out/share/doc/steward/
    for unit in triggers/*.service triggers/*.socket triggers/systemd/*; do
      substitute "$unit" "$out/lib/systemd/system/''${unit##*/}" \
        --replace-quiet /usr/lib/steward/ "$out/lib/steward/" \
        --replace-quiet file:///usr/share/doc/steward/ "file://$out/share/doc/steward/"
    done
    wrapProgram $out/lib/steward/bin/steward --suffix PATH : ${lib.makeBinPath [ nodejs_24 ]}
    ln -s ../lib/steward/bin/steward $out/bin/steward
    runHook postInstall
  '';

  meta = {
    description = "Agent shell for people who run a homelab or a small cluster";
    license = lib.licenses.mit;
    mainProgram = "steward";
    platforms = lib.platforms.linux;
  };
}
