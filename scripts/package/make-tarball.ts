import { execFileSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PackageJob } from './stage-program.ts';
import { writeArchive } from './write-archive.ts';

/** `steward-VERSION-linux-ARCH.tar.gz`, with one folder in it that may lie anywhere. Gives its path. */
export async function makeTarball({
  root,
  stage,
  program,
  out,
  version,
  epoch,
  isQuick,
}: PackageJob): Promise<string> {
  const name = `steward-${version}-linux-${process.arch}`;
  await cp(program, join(stage, name), { recursive: true, verbatimSymlinks: true });
  for (const part of ['docs', 'packaging', 'README.md', 'CHANGELOG.md']) {
    await cp(join(root, part), join(stage, name, part), { recursive: true });
  }
  const tar = join(stage, `${name}.tar`);
  writeArchive({ from: stage, name, to: tar, epoch });
  // Without the name and the time that gzip would write into its head.
  if (!isQuick) execFileSync('gzip', ['-n', '-9', tar]);
  const file = join(out, isQuick ? `${name}.tar` : `${name}.tar.gz`);
  await cp(join(stage, basename(file)), file);
  return file;
}
