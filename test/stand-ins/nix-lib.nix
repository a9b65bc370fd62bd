# A stand-in for as much of nixpkgs' lib as our module uses: options are checked and defaulted, conditions resolved.
# `evaluate` gives what the module makes of `services.steward`, as plain data.
let
  fail = where: what: throw "${where}: ${what}";
  plain = name: check: { inherit name check; resolve = where: value: if check value then value else fail where "not ${name}"; };

  types = rec {
    bool = plain "a boolean" builtins.isBool;
    str = plain "a string" builtins.isString;
    path = plain "a path" (value: builtins.isPath value || (builtins.isString value && builtins.substring 0 1 value == "/"));
    package = plain "a package" (value: builtins.isAttrs value && value ? outPath);
    anything = plain "anything" (_: true);
    enum = values: plain "one of ${builtins.toJSON values}" (value: builtins.elem value values);
    strMatching = pattern: plain "a string like ${pattern}" (value: builtins.isString value && builtins.match pattern value != null);
    nullOr = of: { name = "null or ${of.name}"; resolve = where: value: if value == null then null else of.resolve where value; };
    listOf = of: {
      name = "a list";
      resolve = where: value: if builtins.isList value then map (of.resolve where) value else fail where "not a list";
    };
    attrsOf = of: {
      name = "a set";
      resolve = where: value: if builtins.isAttrs value then builtins.mapAttrs (key: of.resolve "${where}.${key}") value else fail where "not a set";
    };
    submodule = { options, freeformType ? null }: {
      name = "a set of options";
      resolve = where: value:
        let
          unknown = builtins.filter (key: !(options ? ${key})) (builtins.attrNames value);
          more = builtins.listToAttrs (map (key: { name = key; value = value.${key}; }) unknown);
        in
        if unknown != [ ] && freeformType == null then fail "${where}.${builtins.head unknown}" "no such option"
        else more // resolveOptions where options value;
    };
  };

  resolveOptions = where: options: given: builtins.mapAttrs (key: option:
    let at = "${where}.${key}"; in
    if option ? isOption then
      if given ? ${key} then option.type.resolve at given.${key}
      else if option ? default then option.type.resolve at option.default
      else fail at "not set, and without a default"
    else resolveOptions at option (given.${key} or { })) options;

  lib = rec {
    inherit types;
    inherit (builtins) elem filter;
    mkOption = option: option // { isOption = true; };
    mkEnableOption = what: mkOption { type = types.bool; default = false; description = "Whether there is ${what}."; };
    mkIf = condition: content: { isIf = true; inherit condition content; };
    mkMerge = contents: { isMerge = true; inherit contents; };
    mkDefault = value: value;
    optional = condition: value: if condition then [ value ] else [ ];
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    literalExpression = text: text;
    nameValuePair = name: value: { inherit name value; };
    genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
    mapAttrs' = make: set: builtins.listToAttrs (map (name: make name set.${name}) (builtins.attrNames set));
    mapAttrsToList = make: set: map (name: make name set.${name}) (builtins.attrNames set);
    filterAttrs = keep: set: builtins.listToAttrs (map (name: { inherit name; value = set.${name}; }) (filter (name: keep name set.${name}) (builtins.attrNames set)));
    makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
    licenses.mit = "MIT";
    platforms.linux = [ "x86_64-linux" ];
  };

  merge = a: b:
    if builtins.isAttrs a && builtins.isAttrs b && !(a ? outPath) then
      a // builtins.mapAttrs (key: value: if a ? ${key} then merge a.${key} value else value) b
    else if builtins.isList a && builtins.isList b then a ++ b
    else b;

  settle = value:
    if builtins.isAttrs value then
      if value ? isIf then (if value.condition then settle value.content else { })
      else if value ? isMerge then builtins.foldl' merge { } (map settle value.contents)
      else if value ? outPath then value.outPath
      else builtins.mapAttrs (_: settle) value
    else if builtins.isList value then map settle value
    else value;

  tool = name: { outPath = "/nix/store/0-${name}"; };
  pkgs = {
    steward = tool "steward";
    curl = tool "curl";
    util-linux = tool "util-linux";
    git = tool "git";
    runCommand = name: _: script: { outPath = "/nix/store/0-${name}"; inherit script; };
    formats.yaml = _: { type = types.anything; generate = name: value: { inherit name value; }; };
  };
in
{
  inherit lib pkgs;
  evaluate = module: given:
    let
      config.services.steward = resolveOptions "services.steward" made.options.services.steward given;
      made = import module { inherit config lib pkgs; };
    in
    settle made.config;
}
