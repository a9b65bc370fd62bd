import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { performRun } from '../../../src/app/run/run.ts';
import { blankRequest, type RunRequest } from '../../../src/app/run/run-request.ts';
import { openWorld } from '../../../src/app/world.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { OpsError } from '../../../src/lib/ops-error.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import type { AppendFile } from '../../../src/protocol/store.ts';

const REQUEST: RunRequest = { ...blankRequest(), goal: 'quiet' };

const QUIET = 'describe: d\ncore: true\nrun: [echo, well]\nparse: lines\nfacts: { rows: output }\n';

/** A run of rules only, which finds nothing; `spoil` wraps the file of its log. */
async function runWith(spoil: (file: AppendFile) => AppendFile) {
  const home = mkdtempSync(join(tmpdir(), 'steward-run-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const name of ['goals', 'context']) {
    mkdirSync(join(home, '.config/steward', name), { recursive: true });
  }
  const goal = '---\ndescription: d\nprobes: [well]\ngate: never\n---\nLook.\n';
  writeFileSync(join(home, '.config/steward/goals/quiet.md'), goal);
  writeFileSync(join(home, '.config/steward/context/well.yaml'), QUIET);
  const world = await openWorld({
    env: { HOME: home, PATH: process.env.PATH ?? '' },
    cwd: home,
    settings: null,
    flagValues: {},
    flagNames: {},
    isPersistent: false,
  });
  const store = createMemoryStore('a test');
  const spoiled = { ...store, openAppend: async (name: string) => spoil(await store.openAppend(name)) };
  const events: RunEvent[] = [];
  const listener = { onEvent: (event: RunEvent) => void events.push(event), onDelta() {} };
  await performRun({ ...world, store: spoiled }, REQUEST, listener, new AbortController().signal);
  const closed = events.filter((event) => event.type === 'run.closed');
  return closed.map(({ outcome, reason, message }) => ({ outcome, reason, message }));
}

const full = () => new OpsError('state-full', 'state-full', 'there is no room left');
const FULL = [{ outcome: 'failed', reason: 'state-full', message: 'there is no room left' }];

describe('the end of a run', () => {
  it('is what its rules say, told once', async () => {
    expect(await runWith((file) => file)).toMatchObject([{ outcome: 'healthy', reason: 'healthy' }]);
  });

  it('is no success when the last line of the log cannot be written', async () => {
    const ends = await runWith((file) => ({
      ...file,
      append(data) {
        if (String(data).includes('run.closed')) throw full();
        file.append(data);
      },
    }));
    expect(ends).toEqual(FULL);
  });

  it('is no success when the last line of the log cannot be made durable', async () => {
    let isClosing = false;
    const ends = await runWith((file) => ({
      ...file,
      append(data) {
        isClosing ||= String(data).includes('run.closed');
        file.append(data);
      },
      async sync() {
        if (isClosing) throw full();
        await file.sync();
      },
    }));
    expect(ends).toEqual(FULL);
  });
});
