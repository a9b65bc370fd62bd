import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../test/terminal/build-program.ts';
import { type Rig, startRig } from '../../test/terminal/rig.ts';
import type { Turn } from '../../test/wire/index.ts';
import { startServer } from '../model-server.ts';
import { makeHome, NODE, STEWARD, target } from '../program.ts';

export const PROMPT = '❯';

export interface ScreenBench {
  /** steward in a pseudo terminal of its own; closed by whoever opens it. */
  openSteward(args?: readonly string[]): Rig;
  /** The bare Ink prompt, likewise. */
  openFloor(): Rig;
  home: string;
  cwd: string;
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** A home, a model server with these turns, and the floor, bundled. */
export async function openScreenBench(turns: readonly Turn[]): Promise<ScreenBench> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-screen-'));
  const server = await startServer(folder, 'anthropic', turns);
  const floor = await buildProgram('bench/floors/ink-prompt.tsx', folder);
  const { home, cwd } = makeHome(folder);
  const env = { ...target('anthropic', server.url, home).env, LANG: 'C.UTF-8', BENCH_URL: server.url };
  return {
    openSteward: (args = []) => startRig({ argv: [STEWARD, ...args], cwd, env }),
    openFloor: () => startRig({ argv: [NODE, floor], cwd, env }),
    home,
    cwd,
    env,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function promptIsThere(screen: string[]): boolean {
  return screen.some((line) => line.startsWith(PROMPT));
}

/** The line that is typed into ends so. */
export function promptEndsWith(text: string): (screen: string[]) => boolean {
  return (screen) => screen.some((line) => line.startsWith(PROMPT) && line.endsWith(text));
}

/** User and system time of one process, milliseconds in ticks of ten: proc_pid_stat(5). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A field of proc_pid_status(5): `VmRSS` in KiB, `voluntary_ctxt_switches`. */
export function statusField(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}
