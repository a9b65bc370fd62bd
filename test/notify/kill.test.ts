import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { idOf } from '../../src/notify/index.ts';
import { startFaultyHttp } from '../wire/faulty-http.ts';

const KILLS = process.env.STEWARD_SOAK === 'full' ? 60 : 4;
const MESSAGES = KILLS * 8;

/** In which life of the sender a message came. */
interface Came {
  id: string;
  life: number;
}

test('an outbox whose sender is killed at any moment loses no message, and doubles only the one that was on its way', {
  timeout: 20_000 + KILLS * 10_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steward-outbox-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const came: Came[] = [];
  const put = new Set<string>();
  let life = 0;
  let killAfter = 0;
  let child: ChildProcess | null = null;
  const server = await startFaultyHttp(({ headers }) => {
    came.push({ id: String(headers['idempotency-key']), life });
    killAfter -= 1;
    // Now and then while it waits for the answer, now and then right after it has it.
    if (killAfter === 0 && life % 2 === 0) child?.kill('SIGKILL');
    if (killAfter === 0 && life % 2 === 1) setTimeout(() => child?.kill('SIGKILL'), life % 5);
    return { status: 200, body: '' };
  });
  onTestFinished(() => server.close());

  async function live(): Promise<{ said: string; signal: NodeJS.Signals | null }> {
    const script = join(import.meta.dirname, 'tell-all.ts');
    const args = [script, folder, `${server.url}/hook`, String(MESSAGES)];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    let said = '';
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(started, 'close');
    const whole = said.slice(0, said.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n')) if (/^\d+$/.test(line)) put.add(idOf(`n${line}`));
    return { said: whole, signal: started.signalCode };
  }

  for (let kill = 0; kill < KILLS; kill += 1) {
    life = kill;
    killAfter = 1 + ((kill * 5) % 8);
    expect((await live()).signal).toBe('SIGKILL');
  }
  life = KILLS;
  killAfter = 0;
  expect((await live()).said).toContain('left 0\n');

  const ids = came.map(({ id }) => id);
  expect(new Set(ids)).toEqual(new Set(Array.from({ length: MESSAGES }, (_, number) => idOf(`n${number}`))));
  expect([...put].filter((id) => !ids.includes(id))).toEqual([]);
  const places = came.map((one) => `${one.id} ${one.life}`);
  expect(new Set(places).size).toBe(places.length);
  // One channel, so one message at a time: each kill doubles one at most.
  expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(KILLS);
});
