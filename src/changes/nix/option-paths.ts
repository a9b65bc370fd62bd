import { type Binding, type Node, outlineOf } from './outline.ts';

/** An option that a module sets. */
export interface OptionPath {
  /** null: a name that is known only when it is evaluated. */
  path: (string | null)[];
  /** From 1. */
  line: number;
}

/** What a module may hold beside options: nixpkgs' lib/modules.nix, unifyModuleSyntax. */
const OF_A_MODULE = new Set([
  ...['imports', 'disabledModules', 'options', 'freeformType', 'key', '_file', '_class', '_module', 'config'],
]);

/** Functions that leave what they are given at its place: the argument that counts, from 0. */
const SEEN_THROUGH: Readonly<Record<string, number>> = {
  mkIf: 1,
  mkForce: 0,
  mkDefault: 0,
  mkOptionDefault: 0,
  mkImageMediaOverride: 0,
  mkVMOverride: 0,
  mkOverride: 1,
  mkBefore: 0,
  mkAfter: 0,
  mkOrder: 1,
  mkMerge: 0,
  mkDefinition: 0,
  mkAssert: 2,
  optionalAttrs: 1,
};

/** The options that a module sets, each with the first line that does. Empty where the file is not to be read, or sets none. */
export function optionPathsOf(source: string): OptionPath[] {
  const node = outlineOf(source);
  if (node === null) return [];
  const found = new Map<string, OptionPath>();
  for (const option of optionsOf(node)) {
    const key = keyOf(option);
    if (!found.has(key)) found.set(key, option);
  }
  return [...found.values()];
}

/** Those that a module sets after an edit and did not set before. */
export function newOptionPaths(before: string | null, after: string): OptionPath[] {
  const known = new Set((before === null ? [] : optionPathsOf(before)).map(keyOf));
  return optionPathsOf(after).filter((option) => !known.has(keyOf(option)));
}

function keyOf({ path }: OptionPath): string {
  return JSON.stringify(path);
}

function optionsOf(node: Node): OptionPath[] {
  if (node.kind === 'any') return node.of.flatMap(optionsOf);
  if (node.kind !== 'set') return [];
  const { bindings } = node;
  const isLong = bindings.some(({ path: [first] }) => first === 'config' || first === 'options');
  return bindings.flatMap((binding) => {
    const [first, ...rest] = binding.path;
    if (isLong) return first === 'config' ? under({ ...binding, path: rest }, []) : [];
    if (typeof first === 'string' && OF_A_MODULE.has(first)) return [];
    return under(binding, []);
  });
}

function under({ path, line, value }: Binding, prefix: OptionPath['path']): OptionPath[] {
  return collect(value, [...prefix, ...path], line);
}

function collect(node: Node, path: OptionPath['path'], line: number): OptionPath[] {
  const leaf = path.length === 0 ? [] : [{ path, line }];
  switch (node.kind) {
    case 'set':
      return node.bindings.length === 0 ? leaf : node.bindings.flatMap((binding) => under(binding, path));
    case 'any':
      return node.of.flatMap((one) => collect(one, path, line));
    case 'apply': {
      const index = Object.hasOwn(SEEN_THROUGH, node.name) ? SEEN_THROUGH[node.name] : undefined;
      const given = index === undefined ? undefined : node.args[index];
      if (given === undefined) return leaf;
      if (node.name === 'mkMerge') {
        return given.kind === 'list' ? given.items.flatMap((item) => collect(item, path, line)) : leaf;
      }
      return collect(given, path, line);
    }
    default:
      return leaf;
  }
}

/** What a flake says of its inputs, as it is written: when it differs, something else would be fetched. */
export function inputsText(source: string): string | null {
  const node = outlineOf(source);
  if (node?.kind !== 'set') return null;
  return node.bindings
    .filter(({ path: [first] }) => first === 'inputs' || first === null)
    .map(({ text }) => text)
    .join('\n');
}
