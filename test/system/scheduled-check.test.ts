import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Box, createBox, PROGRAM } from './steward.ts';

const SCRIPT = join(import.meta.dirname, '../../triggers/scheduled-check');

interface Checked {
  code: number;
  stdout: string;
  stderr: string;
}

function check(box: Box, args: readonly string[], program = PROGRAM): Promise<Checked> {
  const env = { ...box.env, STEWARD: program, STEWARD_SLOTS: join(box.home, 'slots') };
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', [SCRIPT, ...args], { env, cwd: box.cwd }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Counts its calls in a file, and ends as it is told. */
function standIn(box: Box, body: string): { program: string; calls(): number } {
  const counter = join(box.home, 'calls');
  const program = box.write('bin/steward', `#!/bin/sh\necho call >>'${counter}'\n${body}\n`);
  chmodSync(program, 0o755);
  return {
    program,
    calls: () => (existsSync(counter) ? readFileSync(counter, 'utf8').split('\n').length - 1 : 0),
  };
}

describe('triggers/scheduled-check', () => {
  it('runs the goal once for a slot, and again for the next', async () => {
    const box = createBox();
    const goal = '---\ndescription: Look.\nprobes: [disk]\nautonomy: observe\ngate: never\n---\nLook.\n';
    box.write('.config/steward/goals/look.md', goal);
    const first = await check(box, ['look', '2026-03-01', '--output-format', 'json']);
    const { exit_code: status, session_id: run } = JSON.parse(first.stdout) as {
      exit_code: number;
      session_id: string;
    };
    expect(first.code).toBe(status);
    const second = await check(box, ['look', '2026-03-01']);
    expect([second.code, second.stdout, second.stderr]).toEqual([
      0,
      '',
      expect.stringContaining('ran for 2026-03-01'),
    ]);
    const next = JSON.parse((await check(box, ['look', '2026-03-02', '--output-format', 'json'])).stdout) as {
      session_id: string;
    };
    expect(next.session_id).not.toBe(run);
    const runs = JSON.parse(
      (await box.run(['runs', 'list', '--goal', 'look', '--json'])).stdout,
    ) as unknown[];
    expect(runs).toHaveLength(2);
  });

  it('tries again what ended with 75, not before its time (a stand-in for steward)', async () => {
    const box = createBox();
    const log = JSON.stringify({ event: { type: 'run.closed', resumeAt: Date.UTC(2099, 0), head: 'x' } });
    const { program, calls } = standIn(box, `[ "$1" = run ] || { echo '${log}'; exit 0; }; exit 75`);
    // The day is the clock's own: it must not end between two looks at it.
    const left = () => 86_400_000 - (Date.now() % 86_400_000);
    await vi.waitUntil(() => left() > 15_000, { timeout: 30_000 });
    expect((await check(box, ['night', 'daily'], program)).code).toBe(75);
    const early = await check(box, ['night', 'daily'], program);
    expect([early.code, early.stderr, calls()]).toEqual([
      75,
      expect.stringContaining('2099-01-01T00:00:00Z'),
      // The run, and the look at its log.
      2,
    ]);
    standIn(box, 'exit 0');
    const later = join(box.home, 'slots');
    const name = new Date().toLocaleDateString('sv', { timeZone: 'UTC' });
    writeFileSync(join(later, `night.${name}.later`), '2020-01-01T00:00:00Z\n');
    expect((await check(box, ['night', name], program)).code).toBe(0);
    expect((await check(box, ['night', name], program)).code).toBe(0);
    expect(calls()).toBe(3);
    expect(existsSync(join(box.home, 'slots/night.last-success'))).toBe(true);
  });

  it('keeps the slot of a run that a signal ended, and of none that is on (a stand-in for steward)', async () => {
    const box = createBox();
    const { program, calls } = standIn(box, 'exit 143');
    expect((await check(box, ['night', 's1'], program)).code).toBe(143);
    const gate = join(box.home, 'gate');
    standIn(box, `until [ -e '${gate}' ]; do sleep 0.05; done`);
    const both = Promise.all(
      [check(box, ['night', 's1'], program), check(box, ['night', 's1'], program)].map(async (one) => {
        const ended = await one;
        // Whoever found it running is back first, and lets the other end.
        writeFileSync(gate, '');
        return ended.code;
      }),
    );
    expect(await both).toEqual([0, 0]);
    expect(calls()).toBe(2);
  });
});
