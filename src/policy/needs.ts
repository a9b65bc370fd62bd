import type { Needs } from '../protocol/isolation.ts';
import type { ProgramSpec } from '../protocol/program-spec.ts';
import { normalise } from './paths.ts';
import type { PolicyOptions } from './policy-options.ts';
import { readWords } from './read-words.ts';
import type { Part } from './walk.ts';

/** What a sandbox must leave to a line: of each program what its spec says, and the paths that it says it changes. */
export function needsOf(
  parts: readonly Part[],
  cwd: string,
  { home, specs, environment = {} }: Pick<PolicyOptions, 'home' | 'specs' | 'environment'>,
): Needs {
  const folders = foldersOf(parts, cwd);
  const absolute = (word: string): string[] =>
    word.startsWith('/')
      ? [normalise(word)]
      : /^~(?:\/|$)/.test(word)
        ? [normalise(`${home}${word.slice(1)}`)]
        : folders.map((folder) => normalise(`${folder}/${word}`));
  const profiles = new Set<ProgramSpec['profile']>();
  const writes = new Set<string>();
  const reaches = new Set<string>();
  const credentials = new Set<string>();
  for (const { commands, ruling, writes: redirected } of parts) {
    for (const path of redirected ?? []) for (const place of absolute(path)) writes.add(place);
    for (const [name = '', ...words] of commands) {
      const spec = specs.get(name);
      if (spec === undefined) continue;
      profiles.add(spec.profile);
      for (const path of spec.reaches ?? []) for (const place of absolute(path)) reaches.add(place);
      if (!goesElsewhere(spec, words, environment))
        for (const variable of spec.environment ?? []) credentials.add(variable);
      if (ruling.effect === 'observe') continue;
      const isAboutFiles = spec.profile === 'files' || spec.profile === 'text';
      for (const word of words.flatMap((text) => pathsIn(text, isAboutFiles))) {
        for (const place of absolute(word)) writes.add(place);
      }
    }
  }
  return {
    profiles: [...profiles],
    writes: [...writes],
    reaches: [...reaches],
    environment: [...credentials],
  };
}

const HERE = /^(?:localhost|127\.0\.0\.1|::1|\/.*)$/;

/** A server that a line names itself may be anybody's: the password is for the one that settings name, or this host's. */
function goesElsewhere(
  spec: ProgramSpec,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): boolean {
  const { target } = spec;
  // Of a kind that policy holds against the program's own place, another is not allowed in the first place.
  const options = (target?.options ?? []).filter((name) => spec.root.options[name] !== 'own-endpoint');
  if (target?.kind !== 'endpoint' || options.length === 0) return false;
  const { values, isSure } = readWords(spec, words);
  const own = environment[target.variable ?? ''];
  const named = options.flatMap((name) => values.get(name) ?? []);
  if (named.some((place) => place !== own && !HERE.test(place))) return true;
  // Letters in one word, as in `-Ath`, are not all told apart: any of them may be the one.
  const letters = options.flatMap((name) => (name.length === 2 ? [name.slice(1)] : []));
  return !isSure && words.some((word) => /^-[^-]/.test(word) && letters.some((one) => word.includes(one)));
}

/** The working directory and wherever a `cd` may lead. */
function foldersOf(parts: readonly Part[], cwd: string): string[] {
  const folders = [normalise(cwd)];
  for (const [name, ...words] of parts.flatMap(({ commands }) => commands)) {
    const target = words.at(-1);
    if (name !== 'cd' || target === undefined) continue;
    const next = target.startsWith('/') ? [target] : folders.map((folder) => `${folder}/${target}`);
    for (const folder of next) if (folders.length < 16) folders.push(normalise(folder));
  }
  return folders;
}

/** Programs that are not about files are believed to name one only where it cannot be anything else. */
function pathsIn(text: string, isAboutFiles: boolean): string[] {
  const word = text.startsWith('-') ? /^--[^=]+=(.+)$/s.exec(text)?.[1] : text;
  if (word === undefined || word === '') return [];
  return isAboutFiles || /^(?:~?\/|\.\.?\/)/.test(word) ? [word] : [];
}
