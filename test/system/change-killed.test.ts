import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { approvalIn } from '../approval-id.ts';
import { isAlive } from '../is-alive.ts';
import { eventsOf, sit } from './killed-run.ts';
import { type Box, createBox, PROGRAM } from './steward.ts';

const CHANGE = `title: Two files at once
apply:
  - edit: { file: a.json, find: '1', replace: '2' }
  - write: { file: b.txt, text: "new\\n" }
  - write: { file: c.txt, text: "made\\n" }
verify:
  - run: grep -q 2 a.json
    for: 0s
`;

const OLD = ['{"n": 1}\n', 'old\n', null];
const NEW = ['{"n": 2}\n', 'new\n', 'made\n'];

function stateOf(box: Box): (string | null)[] {
  return ['a.json', 'b.txt', 'c.txt'].map((name) => {
    const path = join(box.cwd, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  });
}

function site(): { box: Box; run: string; log: string; args: string[] } {
  const box = createBox();
  writeFileSync(join(box.cwd, 'a.json'), '{"n": 1}\n');
  writeFileSync(join(box.cwd, 'b.txt'), 'old\n');
  const file = join(box.cwd, 'change.yaml');
  writeFileSync(file, CHANGE);
  const run = crypto.randomUUID();
  const log = join(box.home, '.local/state/steward/runs', `${run}.jsonl`);
  return { box, run, log, args: ['change', 'run', file, '--yes', '--session-id', run] };
}

/** How many lines the log of a change has that nobody kills. */
async function lengthOfWhole(): Promise<number> {
  const { box, log, args } = site();
  const whole = await sit(PROGRAM, args, { cwd: box.cwd, env: box.env, log }, { at: 'end' });
  expect(whole.status).toBe(0);
  expect(stateOf(box)).toEqual(NEW);
  return eventsOf(log).length;
}

const isFull = process.env.STEWARD_SOAK === 'full';
const SWEEP_MS = isFull ? 600_000 : 240_000;

describe('a change that is killed', () => {
  it(
    'is in its old or its new state after `steward recover`, wherever it was, and says which',
    async () => {
      const lines = await lengthOfWhole();
      const step = isFull ? 1 : 4;
      const ends: string[] = [];
      for (let line = 2; line <= lines; line += step) {
        const { box, run, log, args } = site();
        const sitting = await sit(PROGRAM, args, { cwd: box.cwd, env: box.env, log }, { at: 'line', line });
        expect(sitting.signal).toBe('SIGKILL');
        const first = await box.run(['recover', '--json']);
        const { recovered } = JSON.parse(first.stdout) as { recovered: { run: string; end: string }[] };
        const state = stateOf(box);
        const place = `killed at line ${line} of ${lines}: ${JSON.stringify(recovered)}`;
        expect([OLD, NEW], place).toContainEqual(state);
        for (const { run: named, end } of recovered) {
          expect(named).toBe(run);
          expect(state, place).toEqual(end === 'held' ? NEW : OLD);
          ends.push(end);
        }
        expect(first.code, place).toBe(0);
        const again = await box.run(['recover', '--json']);
        expect(JSON.parse(again.stdout)).toEqual({ recovered: [] });
        expect((await box.run(['runs', 'verify', run])).code, place).toBe(0);
      }
      if (isFull) console.log(`killed before each of ${lines - 1} lines: ${ends.length} recovered`);
      expect(new Set(ends)).toEqual(new Set(['refused', 'rolled-back', 'held']));
    },
    SWEEP_MS,
  );
});

describe('steward recover', () => {
  it('is over within a minute when a check hangs: back to the old state, nothing left behind, and whoever said yes is told', async () => {
    const { box, log } = site();
    const pid = join(box.cwd, 'pid');
    const file = join(box.cwd, 'change.yaml');
    // Moved there, so that it is whole as soon as it is there.
    const hangs = `sh -c 'test ! -e c.txt || { echo $$ > ${pid}.new; mv ${pid}.new ${pid}; exec sleep 1000; }'`;
    writeFileSync(
      file,
      CHANGE.replace('grep -q 2 a.json', () => hangs),
    );
    const asked = await box.json(['change', 'run', file]);
    const id = approvalIn(asked.result.error?.message);
    const copy = join(box.home, '.local/state/steward/approvals', `${id}.change.json`);
    expect(existsSync(copy)).toBe(true);
    const at = { cwd: box.cwd, env: box.env, log };
    const sitting = await sit(PROGRAM, ['approvals', 'approve', id], at, { at: 'file', path: pid });
    expect(sitting.signal).toBe('SIGKILL');
    expect(stateOf(box)).toEqual(NEW);
    const left = readFileSync(pid, 'utf8').trim();
    expect(left).toMatch(/^\d+$/);
    const startedMs = performance.now();
    const { code, stdout } = await box.run(['recover', '--json']);
    expect(performance.now() - startedMs).toBeLessThan(60_000);
    const { recovered } = JSON.parse(stdout) as { recovered: { end: string; failed: string }[] };
    expect(recovered).toMatchObject([{ end: 'rolled-back', failed: expect.stringContaining('verify 1: ') }]);
    expect(code).toBe(0);
    expect(stateOf(box)).toEqual(OLD);
    for (const process of [left, readFileSync(pid, 'utf8').trim()]) {
      await vi.waitFor(() => expect(isAlive(process)).toBe(false), { timeout: 20_000 });
    }
    const shown = JSON.parse((await box.run(['approvals', 'show', id, '--json'])).stdout);
    expect(shown).toMatchObject({ state: 'done', result: { outcome: 'escalated' } });
    // Nothing in it is masked, so it goes as soon as nobody needs it.
    expect(existsSync(copy)).toBe(false);
  }, 240_000);
});
