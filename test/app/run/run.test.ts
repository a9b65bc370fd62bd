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
import type { AppendFile, StateStore } from '../../../src/protocol/store.ts';
import { faultyProbe } from '../../system/faulty-probe.ts';
import { startModelServer } from '../../wire/index.ts';

const REQUEST: RunRequest = { ...blankRequest(), goal: 'quiet' };

const QUIET = 'describe: d\ncore: true\nrun: [echo, well]\nparse: lines\nfacts: { rows: output }\n';

/** A home with a goal, and its run. */
async function runIn(
  goal: string,
  probe: string,
  env: Record<string, string>,
  spoil: (store: StateStore) => StateStore,
) {
  const home = mkdtempSync(join(tmpdir(), 'steward-run-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const name of ['goals', 'context']) {
    mkdirSync(join(home, '.config/steward', name), { recursive: true });
  }
  writeFileSync(join(home, '.config/steward/goals/quiet.md'), goal);
  writeFileSync(join(home, '.config/steward/context/well.yaml'), probe);
  const world = await openWorld({
    env: { HOME: home, PATH: process.env.PATH ?? '', ...env },
    cwd: home,
    settings: null,
    flagValues: {},
    flagNames: {},
    isPersistent: false,
  });
  const store = spoil(createMemoryStore('a test'));
  const events: RunEvent[] = [];
  const listener = { onEvent: (event: RunEvent) => void events.push(event), onDelta() {} };
  await performRun({ ...world, store }, REQUEST, listener, new AbortController().signal);
  return events.filter((event) => event.type === 'run.closed');
}

/** A run of rules only, which finds nothing; `spoil` wraps the file of its log. */
async function runWith(spoil: (file: AppendFile) => AppendFile) {
  const goal = '---\ndescription: d\nprobes: [well]\ngate: never\n---\nLook.\n';
  const closed = await runIn(goal, QUIET, {}, (store) => ({
    ...store,
    openAppend: async (name) => spoil(await store.openAppend(name)),
  }));
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

  it('says in its log what the talk took, also when it broke behind the talk', async () => {
    const server = await startModelServer({ dialect: 'anthropic', script: [{ text: 'all is well' }] });
    onTestFinished(() => server.close());
    const goal = '---\ndescription: d\nprobes: [well]\ngate: always\n---\nLook.\n';
    const env = {
      STEWARD_MODEL: 'claude-sonnet-5-5',
      ANTHROPIC_API_KEY: 'sk-ant-api03-unit',
      ANTHROPIC_BASE_URL: server.url,
    };
    const kept: string[] = [];
    const [closed] = await runIn(goal, faultyProbe('[echo, a]'), env, (store) => ({
      ...store,
      async openAppend(name) {
        const file = await store.openAppend(name);
        const append = (data: string | Uint8Array) => {
          kept.push(String(data));
          file.append(data);
        };
        return name.startsWith('runs/') ? { ...file, append } : file;
      },
      // What is remembered of the findings, once more after the model was asked.
      async write(name, data) {
        if (name === 'findings.json' && server.requests.length > 0) throw full();
        await store.write(name, data);
      },
    }));
    expect(closed).toMatchObject({
      reason: 'state-full',
      turns: 1,
      usage: { outputTokens: expect.any(Number) },
    });
    expect(closed?.costUsd).toBeGreaterThan(0);
    const line = kept.find((text) => text.includes('"run.closed"')) ?? '';
    expect((JSON.parse(line) as { event: unknown }).event).toMatchObject({
      turns: 1,
      costUsd: closed?.costUsd,
    });
  });
});
