import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import { createHub } from '../../../src/app/session/hub.ts';
import type { Session } from '../../../src/app/session/session.ts';
import { openWorld, type World } from '../../../src/app/world.ts';

/** A session without turns over a real world: its own home, state and working folder. */
export interface Bench {
  session: Session;
  world: World;
  home: string;
  /** The working folder. */
  cwd: string;
  happenings: Happening[];
  troubles: unknown[];
}

export async function openBench(env: Record<string, string> = {}): Promise<Bench> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'steward-session-')));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return openBenchIn(home, env);
}

/** Another session of the same operator. */
export async function openBenchIn(home: string, env: Record<string, string> = {}): Promise<Bench> {
  const cwd = join(home, 'work');
  mkdirSync(cwd, { recursive: true });
  const full = { HOME: home, PATH: process.env.PATH ?? '', ...env };
  const world = await openWorld({
    env: full,
    cwd,
    settings: null,
    flagValues: {},
    flagNames: {},
    isPersistent: true,
  });
  const hub = createHub();
  const happenings: Happening[] = [];
  const troubles: unknown[] = [];
  hub.follow((happening) => void happenings.push(happening));
  const session: Session = {
    options: {
      version: 'test',
      env: full,
      cwd,
      host: world.host.hostname,
      user: world.host.user,
      openWorld: async () => world,
      resume: null,
      model: null,
      fallbackModels: [],
      mode: 'default',
      allowed: [],
      denied: [],
      appendSystemPrompt: null,
      signal: new AbortController().signal,
    },
    hub,
    state: {
      run: null,
      runName: null,
      mode: 'default',
      model: null,
      rules: new Set(),
      isWorking: false,
      isClosed: false,
    },
    world: async () => world,
    begun: async () => {},
    changed() {},
    trouble: (error) => void troubles.push(error),
  };
  return { session, world, home, cwd, happenings, troubles };
}
