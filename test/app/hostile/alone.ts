import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { performRun } from '../../../src/app/run/run.ts';
import { blankRequest, type RunRequest } from '../../../src/app/run/run-request.ts';
import { openWorld } from '../../../src/app/world.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { type ScriptedCall, startModelServer } from '../../wire/index.ts';

/** A home and a working folder that no other test sees, removed when the test is over. */
export interface House {
  home: string;
  cwd: string;
  /** Below the home; makes the folders. */
  put(path: string, text: string, mode?: number): string;
}

export function openHouse(): House {
  const home = mkdtempSync(join(tmpdir(), 'steward-hostile-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  const cwd = join(home, 'work');
  mkdirSync(cwd);
  return {
    home,
    cwd,
    put(path, text, mode) {
      const whole = join(home, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, text, mode === undefined ? {} : { mode });
      return whole;
    },
  };
}

export interface Alone {
  events: RunEvent[];
  /** The same with when each was heard of, milliseconds of a clock that never goes back. */
  times: { event: RunEvent; at: number }[];
  /** What the model was told of each of its calls. */
  told: string[];
  marker: string;
}

/** One run of a loopback model that does as it was told, with nobody there; whoever started it wrote the alert. */
export async function runAlone(
  house: House,
  turns: readonly (readonly ScriptedCall[])[],
  { alert, settings, ...request }: Partial<RunRequest> & { alert?: object; settings?: string } = {},
): Promise<Alone> {
  const server = await startModelServer({
    dialect: 'anthropic',
    script: ({ assistantMessages }) => {
      const calls = turns[assistantMessages];
      return calls === undefined ? { text: 'done' } : { toolCalls: [...calls] };
    },
  });
  onTestFinished(() => server.close());
  house.put('.config/steward/steward.yaml', settings ?? 'autonomy: full\n');
  const world = await openWorld({
    env: {
      HOME: house.home,
      PATH: process.env.PATH ?? '',
      TZ: 'UTC',
      ANTHROPIC_API_KEY: 'sk-ant-a-key-for-tests',
      ANTHROPIC_BASE_URL: server.url,
    },
    cwd: house.cwd,
    settings: null,
    flagValues: {},
    flagNames: {},
    isPersistent: true,
  });
  const events: RunEvent[] = [];
  const whole: RunRequest = {
    ...blankRequest(),
    prompt: 'look',
    trigger: { kind: 'manual', payload: alert ?? null, parent: null },
    model: 'claude-sonnet-5-5',
    ...request,
  };
  const times: Alone['times'] = [];
  const listener = {
    onEvent(event: RunEvent) {
      events.push(event);
      times.push({ event, at: performance.now() });
    },
    onDelta() {},
  };
  await performRun(world, whole, listener, new AbortController().signal);
  const built = events.find((event) => event.type === 'prompt.built');
  return {
    events,
    times,
    told: events.flatMap((event) => (event.type === 'call.finished' ? [event.text] : [])),
    marker: built?.type === 'prompt.built' ? built.marker : '',
  };
}

export function change(input: object): ScriptedCall {
  return { name: 'Change', input: { title: 'Do it', verify: [{ run: 'true', for: '0s' }], ...input } };
}
