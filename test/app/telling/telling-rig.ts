import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Desk, openDesk } from '../../../src/app/telling/open-desk.ts';
import { openWorld, type World } from '../../../src/app/world.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts';
import { startFaultyHttp } from '../../wire/faulty-http.ts';
import { startMailServer } from '../../wire/mail-server.ts';
import { startNtfyServer } from '../../wire/ntfy-server.ts';
import { startTelegramServer } from '../../wire/telegram-server.ts';

export const SECRETS = {
  DB_PASSWORD: 'tiger-tiger-burning-bright',
  NTFY_ACCESS: '',
  BOT_ACCESS: '',
  SMTP_ACCESS: '',
};

export interface Rig {
  world: World;
  desk: Desk;
  clock: FakeClock;
  lines: string[];
  ntfy: Awaited<ReturnType<typeof startNtfyServer>>;
  telegram: Awaited<ReturnType<typeof startTelegramServer>>;
  mail: Awaited<ReturnType<typeof startMailServer>>;
  hook: Awaited<ReturnType<typeof startFaultyHttp>>;
  /** All secrets that this steward knows of. */
  secrets: string[];
  /** Sends what is due. */
  send(): Promise<void>;
  /** As another process of the same state folder would see it. */
  again(): Promise<Desk>;
}

/** A world with its own state folder, a clock that stands still at three in the morning, and four channels. */
export async function openRig(notify: Record<string, unknown> = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'steward-telling-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const ntfy = await startNtfyServer();
  const telegram = await startTelegramServer();
  const mail = await startMailServer();
  const hook = await startFaultyHttp(() => ({ status: 200, body: '' }));
  for (const server of [ntfy, telegram, mail, hook]) onTestFinished(() => server.close());
  const env = {
    ...SECRETS,
    ...{ HOME: folder, NTFY_ACCESS: ntfy.token, BOT_ACCESS: telegram.token, SMTP_ACCESS: mail.password },
  };
  const channels = {
    phone: { kind: 'ntfy', url: ntfy.url, topic: ntfy.topic, secret_env: 'NTFY_ACCESS' },
    chat: { kind: 'telegram', url: telegram.url, chat: telegram.chat, secret_env: 'BOT_ACCESS' },
    post: {
      ...{
        kind: 'mail',
        server: `smtp://127.0.0.1:${mail.port}`,
        user: mail.user,
        secret_env: 'SMTP_ACCESS',
      },
      ...{ from: 'steward@example.org', to: ['anna@example.org'] },
    },
    hook: { kind: 'webhook', url: hook.url },
  };
  const settings = {
    ...{ state_dir: `${folder}/state`, pages: { url: 'https://steward.example.org' } },
    notify: { channels, ...notify },
  };
  const opened = await openWorld({
    ...{ env, cwd: folder, settings: JSON.stringify(settings), flagValues: {}, flagNames: {} },
    isPersistent: true,
  });
  const clock = createFakeClock({ now: Date.parse('2026-11-21T03:00:00Z') });
  // What is durable is held elsewhere, by a process that is killed; here it would only be slow.
  const world: World = { ...opened, clock, store: createMemoryStore('a test') };
  const lines: string[] = [];
  const open = async (): Promise<Desk> => {
    const desk = await openDesk(world, (line) => lines.push(line));
    if (desk === null) throw new Error('no channel');
    return desk;
  };
  const desk = await open();
  return {
    ...{ world, desk, clock, lines, ntfy, telegram, mail, hook, again: open },
    secrets: [env.DB_PASSWORD, env.NTFY_ACCESS, env.BOT_ACCESS, env.SMTP_ACCESS],
    async send() {
      await desk.sender.begin();
      await desk.sender.settled();
      await desk.sender.begin();
      await desk.sender.settled();
    },
  };
}
