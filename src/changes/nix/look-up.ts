/**
 * Nix: from paths of options (lists of names; null where a name is not known) to a function of a system, which gives for
 * each path null, or at which name it fails and what there is instead. Freeform settings, and types of which nothing is
 * known, hold every name. null for a system without options. lib/types.nix and lib/modules.nix of nixpkgs say what types
 * and options look like.
 */
const LOOK_UP = `paths: system:
let
  isOption = x: builtins.isAttrs x && (x._type or "") == "option";
  isFree = set: set ? _freeformOptions || (
    let free = builtins.tryEval ((set._module.freeformType or { }).value or null);
    in free.success && free.value != null);
  inSet = set: path: depth:
    if depth == builtins.length path || !builtins.isAttrs set then null
    else if isOption set then inType (set.type or { }) path depth
    else
      let name = builtins.elemAt path depth; in
      if name == null then null
      else if builtins.hasAttr name set then inSet set.\${name} path (depth + 1)
      else if isFree set then null
      else {
        inherit depth;
        names = builtins.filter (known: builtins.substring 0 1 known != "_") (builtins.attrNames set);
      };
  inType = type: path: depth:
    let
      name = type.name or "";
      element = (type.nestedTypes or { }).elemType or { };
    in
    if depth == builtins.length path then null
    else if name == "attrsOf" || name == "lazyAttrsOf" then inType element path (depth + 1)
    else if name == "nullOr" || name == "uniq" || name == "unique" then inType element path depth
    else if name == "submodule" then inSet (type.getSubOptions [ ]) path depth
    else null;
  look = path:
    let
      found = inSet system.options path 0;
      tried = builtins.tryEval (builtins.deepSeq found found);
    in if tried.success then tried.value else null;
in if system ? options then map look paths else null`;

export function lookUpOf(paths: readonly (readonly (string | null)[])[]): string {
  return `(${LOOK_UP}) (builtins.fromJSON ${quoted(JSON.stringify(paths))})`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\$]/g, (letter) => `\\${letter}`)}"`;
}

/** An answer of it; undefined where it is none. */
export function readLookUp(text: string): ({ depth: number; names: string[] } | null)[] | null | undefined {
  try {
    const raw = JSON.parse(text) as unknown;
    if (raw === null) return null;
    return Array.isArray(raw) ? (raw as ({ depth: number; names: string[] } | null)[]) : undefined;
  } catch {
    return undefined;
  }
}
