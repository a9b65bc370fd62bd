import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './host.ts';

/** The folder with real programs out of packages of a Debian release, fetched once a machine. */
export async function programsOf(suite: string, packages: readonly string[]): Promise<string> {
  const script = join(import.meta.dirname, 'get-packages.sh');
  return (await mustRun(['bash', script, suite, ...packages])).trim();
}

/** Path of the real Consul: one static binary, in Debian 11 only. */
export async function consulProgram(): Promise<string> {
  return join(await programsOf('bullseye', ['consul']), 'consul');
}

/** A script that starts the real nix of Debian 13 (2.26), whatever Debian this is: the first that keeps a restricted evaluation from fetching. */
export async function newerNix(folder: string): Promise<string> {
  const script = join(import.meta.dirname, 'get-packages.sh');
  const programs = await mustRun(['bash', script, '--with-libraries', 'trixie', 'nix-bin']);
  const root = join(programs.trim(), '../..');
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const path = join(folder, 'nix');
  const loader = `exec ${libraries}/ld-linux-x86-64.so.2 --argv0 "$0" --library-path ${libraries}`;
  writeFileSync(path, `#!/bin/sh\n${loader} ${root}/usr/bin/nix "$@"\n`, { mode: 0o755 });
  return path;
}
