import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createClock, openDiskStore } from '../../src/host/index.ts';
import { readHistory, readState } from '../../src/state/index.ts';
import { seeded } from './kill/seeded.ts';

/** 10 minutes in the full campaign. */
const CAMPAIGN_MS = process.env.STEWARD_SOAK === 'full' ? 600_000 : 12_000;
const WORKERS = 8;
/** A machine that is busy with other things needs longer to come to anything at all. */
const PATIENCE_MS = 90_000;
const WORKER = join(import.meta.dirname, 'state/worker.ts');

interface Told {
  acknowledged: number;
  reads: number;
  torn: string[];
}

/**
 * Eight processes scan, read and swap; at random moments one of them is killed with SIGKILL and begins anew. Each says
 * what it has put in once the swap has told it so, in a file of its own.
 */
it(`keeps every acknowledged swap and never tears a read, while ${WORKERS} processes are killed at random for ${CAMPAIGN_MS / 1000} s`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steward-state-soak-'));
  const random = seeded(7);
  const running = new Map<number, ChildProcess>();
  /** Length of what each had told when it began: who has told nothing yet has not come to work. */
  const begunAt = new Map<number, number>();
  let isOver = false;
  let kills = 0;
  onTestFinished(() => {
    isOver = true;
    for (const child of running.values()) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const ended: Promise<unknown>[] = [];
  const begin = (index: number): void => {
    begunAt.set(index, toldBytes(folder, index));
    const child = spawn(process.execPath, [WORKER, folder, String(index)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    running.set(index, child);
    ended.push(
      new Promise<void>((resolve) =>
        child.on('exit', () => {
          resolve();
          if (!isOver) begin(index);
        }),
      ),
    );
  };
  for (let index = 0; index < WORKERS; index += 1) begin(index);
  const acknowledged = (): number => tell(folder).reduce((sum, one) => sum + one.acknowledged, 0);
  const start = Date.now();
  const isDone = (): boolean =>
    Date.now() - start > CAMPAIGN_MS &&
    ((kills > 10 && acknowledged() > 8) || Date.now() - start > CAMPAIGN_MS + PATIENCE_MS);
  while (!isDone()) {
    await new Promise((resolve) => setTimeout(resolve, 50 + random() * 400));
    const index = Math.floor(random() * WORKERS);
    const isAtWork = toldBytes(folder, index) > (begunAt.get(index) ?? 0);
    if (isAtWork && running.get(index)?.kill('SIGKILL') === true) kills += 1;
  }
  isOver = true;
  for (const child of running.values()) child.kill('SIGTERM');
  await Promise.all(ended);

  const store = openDiskStore(folder);
  const told = tell(folder);
  expect(told.flatMap(({ torn }) => torn)).toEqual([]);
  const { state, condition } = await readState(store, createClock());
  expect(['sound', 'healed']).toContain(condition);
  for (const [index, { acknowledged: counted }] of told.entries()) {
    const kept = Number(state?.providers.find(({ id }) => id === `w${index}`)?.facts.count ?? 0);
    // One more may have been written whose acknowledgement was cut off; none may be missing.
    expect(kept - counted).toBeGreaterThanOrEqual(0);
  }
  const lock = await store.lock('state/state.json');
  expect(lock).toBeDefined();
  lock?.release();
  expect((await readHistory(store)).at(-1)?.digest).toBeDefined();
  const sum = (pick: (one: Told) => number): number => told.reduce((total, one) => total + pick(one), 0);
  if (process.env.STEWARD_SOAK === 'full')
    console.log(
      `${kills} kills, ${sum((one) => one.acknowledged)} swaps, ${sum(({ reads }) => reads)} reads`,
    );
  expect(kills).toBeGreaterThan(10);
  expect(sum((one) => one.acknowledged)).toBeGreaterThan(8);
  expect(sum(({ reads }) => reads)).toBeGreaterThan(0);
});

function tell(folder: string): Told[] {
  return Array.from({ length: WORKERS }, (_, index) => readTold(folder, index));
}

function toldBytes(folder: string, index: number): number {
  return statSync(join(folder, `told-${index}`), { throwIfNoEntry: false })?.size ?? 0;
}

/** Lines `a COUNT` for a swap that was acknowledged, `r` for a read, `t WHY` for one that was torn. */
function readTold(folder: string, index: number): Told {
  if (toldBytes(folder, index) === 0) return { acknowledged: 0, reads: 0, torn: [] };
  const lines = readFileSync(join(folder, `told-${index}`), 'utf8').split('\n');
  return {
    acknowledged: Math.max(
      0,
      ...lines.filter((line) => /^a \d+$/.test(line)).map((line) => Number(line.slice(2))),
    ),
    reads: lines.filter((line) => line === 'r').length,
    torn: lines.filter((line) => line.startsWith('t ')),
  };
}
