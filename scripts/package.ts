/**
 * `npm run package`: what people install without npm. Makes, from what `npm run build` left, a tarball and a Debian package,
 * each with Node inside. The same tree and the same SOURCE_DATE_EPOCH (else the time of the last commit) give the same
 * bytes, on one version of tar, gzip and dpkg.
 *
 *   --out DIR            where to; default `packages`
 *   --only deb|tarball   one of them
 *   --quick              for tests: compress little, the tarball not at all
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeDeb } from './package/make-deb.ts';
import { makeTarball } from './package/make-tarball.ts';
import { stageProgram } from './package/stage-program.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'packages') },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const out = resolve(values.out);
await mkdir(out, { recursive: true });
const stage = await mkdtemp(join(tmpdir(), 'steward-package-'));
try {
  const program = join(stage, 'program');
  await stageProgram(root, program);
  const job = { root, stage, program, out, version, epoch: epochOf(root), isQuick: values.quick };
  if (values.only !== 'deb') process.stdout.write(`${await makeTarball(job)}\n`);
  if (values.only !== 'tarball') process.stdout.write(`${await makeDeb(job)}\n`);
} finally {
  await rm(stage, { recursive: true, force: true });
}

/** Seconds. https://reproducible-builds.org/specs/source-date-epoch/ */
function epochOf(folder: string): number {
  const given = Number(process.env.SOURCE_DATE_EPOCH);
  if (Number.isInteger(given) && given > 0) return given;
  try {
    const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], options));
  } catch {
    // No work tree, but a copy.
    return Math.floor(statSync(join(folder, 'package.json')).mtimeMs / 1000);
  }
}
