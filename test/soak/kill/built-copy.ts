import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const PARTS = ['bin', 'context', 'goals', 'package.json', 'prompts', 'scripts', 'src'];

/** The program built from the present sources in a folder of its own, so that no other build changes it meanwhile. */
export function buildCopy(): { root: string; program: string } {
  const root = mkdtempSync(join(tmpdir(), 'steward-built-'));
  for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root, stdio: 'pipe' });
  return { root, program: join(root, 'bin/steward') };
}
