import { fileError } from '../lib/yaml-file.ts';

/** Every text that a model reads of us, one file each below prompts/, in the order in which they are read. */
const GOAL_FRAGMENTS = ['identity', 'names', 'data', 'validation', 'asking', 'tools', 'reporting'] as const;
const PLAIN_FRAGMENTS = ['plain', 'data'] as const;

export type FragmentName = (typeof GOAL_FRAGMENTS)[number] | (typeof PLAIN_FRAGMENTS)[number];
/** Name → text. What the build wrote has every FragmentName. */
export type Fragments = Readonly<Record<string, string>>;

/** Checks that there is exactly one file for every name. Throws OpsError `settings`, which stops the build. */
export function compileFragments(
  files: readonly { source: string; text: string }[],
): Record<FragmentName, string> {
  const expected: readonly string[] = [...new Set([...GOAL_FRAGMENTS, ...PLAIN_FRAGMENTS])];
  const entries = files.map(({ source, text }): [string, string] => {
    const name = (source.split('/').pop() ?? '').replace(/\.md$/, '');
    if (!expected.includes(name)) {
      throw fileError(source, null, 'no part of a prompt has this name', `Known: ${expected.join(', ')}.`);
    }
    const trimmed = text.trim();
    if (trimmed === '') throw fileError(source, 1, 'is empty');
    return [name, trimmed];
  });
  const found = new Map(entries);
  for (const name of expected) {
    if (!found.has(name)) throw fileError(`prompts/${name}.md`, null, 'is missing');
  }
  // Every expected name was found, and no other was let in.
  return Object.fromEntries(found) as Record<FragmentName, string>;
}

export function goalFragments(fragments: Fragments): string {
  return joinFragments(fragments, GOAL_FRAGMENTS);
}

export function plainFragments(fragments: Fragments): string {
  return joinFragments(fragments, PLAIN_FRAGMENTS);
}

function joinFragments(fragments: Fragments, names: readonly FragmentName[]): string {
  return names
    .map((name) => {
      const text = fragments[name];
      if (text === undefined) throw new Error(`the prompt fragment ${name} was not compiled`);
      return text;
    })
    .join('\n\n');
}
