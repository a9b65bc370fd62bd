import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import type { Approval } from '../../src/protocol/approval.ts';
import type { Change } from '../../src/protocol/change.ts';
import { verifyRun } from '../../src/runs/index.ts';
import { createExecutorRig, type ExecutorRig, PLANNER, propose, ROOT, yes } from '../system/executor-rig.ts';
import { createBox } from '../system/steward.ts';
import { seeded } from './kill/seeded.ts';

const isFull = process.env.STEWARD_SOAK === 'full';
const POINTS = isFull ? 60 : 6;
const SEED = 5;
const OLD = ['port=80\n', null];
const NEW = ['port=8080\n', 'made\n'];

/** A file that is edited, one in a new folder, and a command; one that holds, and one that has to go back. */
function plant({ folder }: ExecutorRig, name: string, isHolding: boolean) {
  const conf = join(folder, `${name}.conf`);
  const made = join(folder, name, 'deep/made.txt');
  writeFileSync(conf, OLD[0] ?? '');
  const change: Change = {
    title: `Serve ${name} on 8080`,
    targets: [{ unit: `${name}.service` }],
    why: null,
    evidence: [],
    preflight: [],
    apply: [
      { kind: 'edit', file: conf, find: '80', replace: '8080' },
      { kind: 'run', line: `mkdir ${join(folder, `${name}-by-command`)}` },
      { kind: 'write', file: made, text: 'made\n' },
    ],
    verify: [
      {
        what: { kind: 'run', line: isHolding ? `grep -qx port=8080 ${conf}` : `grep -qx never ${conf}` },
        expect: 'exit 0',
        withinMs: 0,
        // So that it can be killed while it is verified, too.
        forMs: 600,
      },
    ],
    rollback: 'auto',
    window: null,
  };
  const state = (): (string | null)[] => {
    const isMade = existsSync(join(folder, `${name}-by-command`)) && existsSync(join(folder, name, 'deep'));
    const isGone = !existsSync(join(folder, `${name}-by-command`)) && !existsSync(join(folder, name));
    const text = existsSync(made) ? readFileSync(made, 'utf8') : null;
    expect(text === null ? isGone : isMade, `${name}: folders`).toBe(true);
    return [readFileSync(conf, 'utf8'), text];
  };
  return { change, state };
}

/** The log of the run that this request began, once it is there. */
function newLog({ state }: ExecutorRig, before: ReadonlySet<string>): string | undefined {
  const folder = join(state, 'runs');
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((one) => one.endsWith('.jsonl') && !before.has(one));
  return name === undefined ? undefined : join(folder, name);
}

/** Approved by root, and killed as soon as the log has so many lines. How many it had, and its path. */
async function killAt(rig: ExecutorRig, approval: Approval, digest: string, line: number) {
  const folder = join(rig.state, 'runs');
  const before = new Set(existsSync(folder) ? readdirSync(folder) : []);
  rig.be(ROOT);
  const { client, executor, ended } = await rig.open();
  client.resume();
  client.write(`${JSON.stringify({ v: 1, ...yes(approval, digest) })}\n`);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  let lines = 0;
  while (!isOver && lines < line) {
    const log = newLog(rig, before);
    lines = log === undefined ? 0 : readFileSync(log, 'utf8').split('\n').length - 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  executor.kill('SIGKILL');
  await ended;
  client.destroy();
  return { lines, log: newLog(rig, before) };
}

it(`an executor that is killed at ${POINTS} points of a change leaves the old or the new state once it is recovered`, async () => {
  const rig = await createExecutorRig();
  const box = createBox({ STATE_DIRECTORY: rig.state });
  const random = seeded(SEED);
  const length: Record<string, number> = {};
  const seen: string[] = [];
  for (let point = -2; point < POINTS; point += 1) {
    const isHolding = point % 2 === 0;
    const { change, state } = plant(rig, `app${point + 3}`, isHolding);
    rig.be(PLANNER);
    const { approval, digest } = await propose(rig, change);
    // The first of each kind is left alone, and says how long its log is.
    const whole = length[String(isHolding)];
    const line = whole === undefined ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * whole);
    const { lines, log } = await killAt(rig, approval, digest, line);
    if (whole === undefined) {
      length[String(isHolding)] = lines;
      expect(state()).toEqual(isHolding ? NEW : OLD);
      continue;
    }
    const { code, stdout } = await box.run(['executor', '--recover']);
    const place = `killed at line ${lines} of ${whole}: ${stdout}`;
    const end = /^(\S+) run/m.exec(stdout)?.[1] ?? 'nothing to do';
    expect(['held', 'rolled-back', 'refused', 'nothing to do'], place).toContain(end);
    expect(code, place).toBe(0);
    expect([OLD, NEW], place).toContainEqual(state());
    if (end !== 'nothing to do') expect(state(), place).toEqual(end === 'held' ? NEW : OLD);
    if (!isHolding) expect(state(), place).toEqual(OLD);
    if (isFull) {
      expect((await box.run(['executor', '--recover'])).stdout, place).toBe('Nothing was cut off.\n');
    }
    const [shown] = await rig.ask({ do: 'show', approval: approval.id });
    const after = shown?.say === 'approvals' ? shown.approvals[0] : undefined;
    // Before it was used up nothing was begun, and it waits for whoever takes it.
    expect(['done', 'void', 'approved'], place).toContain(after?.state);
    if (after?.state === 'approved') expect(state(), place).toEqual(OLD);
    if (log !== undefined) {
      const run = /([^/]+)\.jsonl$/.exec(log)?.[1] ?? '';
      expect((await verifyRun(openDiskStore(rig.state), run)).problems, place).toEqual([]);
    }
    seen.push(`${isHolding ? 'good' : 'bad'} ${lines}/${whole} → ${end}`);
  }
  console.log(seen.join('; '));
  expect(seen).toHaveLength(POINTS);
});
