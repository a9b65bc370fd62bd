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
