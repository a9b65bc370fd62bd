import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Client, Happening, Status } from '../../../src/app/client.ts';
import { createClient } from '../../../src/app/session/create-client.ts';
import type { SessionOptions } from '../../../src/app/session/session.ts';
import { openWorld } from '../../../src/app/world.ts';
import { type ModelServer, type Script, startModelServer } from '../../wire/index.ts';

/** A session as `steward` opens it, on a home of its own, with a loopback model that speaks from a script. */
export interface OpenSession {
  client: Client;
  server: ModelServer | null;
  home: string;
  cwd: string;
  seen: Happening[];
  /** The first happening that fits, from `from` on; waits for it. */
  until<T extends Happening>(fits: (happening: Happening) => happening is T, from?: number): Promise<T>;
  untilRun(type: string, from?: number): Promise<Extract<Happening, { kind: 'run' }>>;
  status(): Status;
  /** What was said last, and everything said before it, has been worked on. */
  idle(): Promise<void>;
}

export async function openSession(
  script: Script | null,
  options: Partial<SessionOptions> & { home?: string; settings?: string } = {},
): Promise<OpenSession> {
  const folder = options.home ?? mkdtempSync(join(tmpdir(), 'steward-session-'));
  if (options.home === undefined) {
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  }
  const cwd = join(folder, 'work');
  mkdirSync(cwd, { recursive: true });
  const server = script === null ? null : await startModelServer({ dialect: 'anthropic', script });
  const env: Record<string, string> = { HOME: folder, PATH: process.env.PATH ?? '', TZ: 'UTC' };
  if (server !== null) {
    env.ANTHROPIC_API_KEY = 'sk-ant-a-key-for-tests';
    env.ANTHROPIC_BASE_URL = server.url;
  }
  const client = createClient({
    version: '0.0.0-test',
    env,
    cwd,
    host: 'testhost',
    user: 'tester',
    openWorld: () =>
      openWorld({
        env,
        cwd,
        settings: options.settings ?? null,
        flagValues: {},
        flagNames: {},
        isPersistent: true,
      }),
    resume: null,
    model: server === null ? null : 'claude-sonnet-5-5',
    fallbackModels: [],
    mode: 'default',
    allowed: [],
    denied: [],
    appendSystemPrompt: null,
    signal: new AbortController().signal,
    ...options,
  });
  onTestFinished(async () => {
    await client.close();
    await server?.close();
  });
  return { ...watch(client), client, server, home: folder, cwd };
}

/** What a client tells, kept, with ways to wait for it. */
export function watch(client: Client): Pick<OpenSession, 'seen' | 'until' | 'untilRun' | 'status' | 'idle'> {
  const seen: Happening[] = [];
  const wakers = new Set<() => void>();
  let saidAt = 0;
  const say = client.say;
  client.say = (text) => {
    saidAt = seen.length;
    say(text);
  };
  client.follow((happening) => {
    seen.push(happening);
    for (const wake of wakers) wake();
  });
  function until<T extends Happening>(fits: (happening: Happening) => happening is T, from = 0): Promise<T> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = seen.slice(from).find(fits);
        if (found === undefined) return;
        wakers.delete(look);
        resolve(found);
      };
      wakers.add(look);
      look();
    });
  }
  const status = (): Status => {
    const last = seen.findLast((happening) => happening.kind === 'status');
    if (last?.kind !== 'status') throw new Error('no status was told');
    return last.status;
  };
  return {
    seen,
    until,
    status,
    untilRun: (type, from) =>
      until(
        (one): one is Extract<Happening, { kind: 'run' }> => one.kind === 'run' && one.event.type === type,
        from,
      ),
    async idle() {
      const isStatus =
        (isWorking: boolean) =>
        (one: Happening): one is Extract<Happening, { kind: 'status' }> =>
          one.kind === 'status' && one.status.isWorking === isWorking;
      const begun = await until(isStatus(true), saidAt);
      await until(isStatus(false), seen.indexOf(begun));
    },
  };
}
