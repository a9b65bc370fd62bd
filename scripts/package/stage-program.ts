import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface PackageJob {
  /** The project. */
  root: string;
  /** A folder to work in. */
  stage: string;
  /** What stageProgram made. */
  program: string;
  out: string;
  version: string;
  /** Of every file, seconds. */
  epoch: number;
  isQuick: boolean;
}

/** What is on a machine under /usr/lib/steward: the program, its own Node, and what it ships for operators to read. */
const PARTS = ['bin', 'dist', 'goals', 'context', 'prompts', 'triggers', 'package.json', 'LICENSE'];
/** Of the build alone. */
const NOT_SHIPPED = ['dist/meta.json'];

/** Throws when it is not built, or when Node for this machine's architecture is not installed. */
export async function stageProgram(root: string, to: string): Promise<void> {
  for (const part of PARTS) await cp(join(root, part), join(to, part), { recursive: true });
  for (const part of NOT_SHIPPED) await rm(join(to, part), { force: true });
  await cp(join(root, 'src/policy/specs'), join(to, 'specs'), { recursive: true });
  const node = `node-linux-${process.arch}`;
  for (const part of ['bin/node', 'LICENSE', 'package.json']) {
    await cp(join(root, 'node_modules', node, part), join(to, 'node_modules', node, part));
  }
  await mkdir(join(to, 'node_modules/.bin'), { recursive: true });
  await symlink(`../${node}/bin/node`, join(to, 'node_modules/.bin/node'));
  for (const name of ['@lydell/node-pty', `@lydell/node-pty-linux-${process.arch}`]) {
    await cp(join(root, 'node_modules', name), join(to, 'node_modules', name), { recursive: true });
  }
}

/** Names below a folder of the project that end so, in order. */
export async function filesOf(folder: string, ending: RegExp): Promise<string[]> {
  return (await readdir(folder)).filter((name) => ending.test(name)).sort();
}
