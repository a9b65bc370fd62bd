import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { type Confines, findSecrets } from './plan-sandbox.ts';

/** A folder of secrets is searched so far. */
const MAX_FILES = 5_000;
const MAX_DEPTH = 4;
/** Where equal files are made one on purpose, and nothing is secret. */
const SHARED = /^\/nix\/store\//;

/**
 * Gives, for a file with several names, the one of them that says it is secret; undefined where none is known. Only
 * such a file costs more than a look at it: then secrets are looked for where they are usually kept and in `tree`,
 * once for each finder.
 */
export function createSecretLinkFinder(
  confines: Pick<Confines, 'isSecretPath' | 'secretFolders'>,
  tree: string,
): (path: string) => string | undefined {
  let secrets: Map<string, string> | undefined;
  return (path) => {
    const facts = SHARED.test(path) ? undefined : factsOf(path);
    if (facts?.isFile() !== true || facts.nlink < 2) return undefined;
    secrets ??= secretFiles(findSecrets(confines, tree));
    const secret = secrets.get(identity(facts));
    return secret === path ? undefined : secret;
  };
}

function secretFiles(places: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const look = (path: string, depth: number): void => {
    const facts = factsOf(path);
    if (found.size >= MAX_FILES || facts === undefined) return;
    if (facts.isFile() && facts.nlink > 1) found.set(identity(facts), path);
    if (facts.isDirectory() && depth > 0) for (const name of namesIn(path)) look(join(path, name), depth - 1);
  };
  for (const place of places) look(place, MAX_DEPTH);
  return found;
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function factsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    // Not there, or not for us to see; then it is not for what we start either.
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, MAX_FILES);
  } catch {
    return [];
  }
}
