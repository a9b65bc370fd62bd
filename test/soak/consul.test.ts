import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { consulProgram } from '../lab/packages.ts';
import { listIncidents, startServing, untilIncidents } from '../system/serving.ts';
import { createBox } from '../system/steward.ts';
import { ownPort } from '../wire/own-port.ts';

const SCRIPT = join(import.meta.dirname, '../../triggers/on-consul');

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('a real Consul tells by its watch, and is asked for what the watch told nobody', async () => {
  const consul = await consulProgram();
  const folder = mkdtempSync(join(tmpdir(), 'steward-consul-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [http, dns, serf, server] = [await ownPort(), await ownPort(), await ownPort(), await ownPort()];
  const url = `http://127.0.0.1:${http}`;
  const ports = [`-http-port=${http}`, `-dns-port=${dns}`, '-grpc-port=-1', `-serf-lan-port=${serf}`];
  const more = [
    `-server-port=${server}`,
    '-serf-wan-port=-1',
    `-data-dir=${folder}`,
    '-node=nuc1',
    '-bind=127.0.0.1',
  ];
  start(consul, ['agent', '-dev', ...ports, ...more], process.env);
  const put = async (path: string, body: unknown = ''): Promise<void> => {
    for (;;) {
      const response = await fetch(`${url}/v1/${path}`, { method: 'PUT', body: JSON.stringify(body) }).catch(
        () => null,
      );
      if (response?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await put('agent/service/register', {
    Name: 'db',
    Check: { CheckID: 'db', TTL: '10m', Status: 'passing' },
  });

  const box = createBox();
  const serving = await startServing(box, ['--no-runs']);
  const env = { ...process.env, ...box.env };
  const watch = start(consul, ['watch', `-http-addr=${url}`, '-type=checks', SCRIPT, 'lan'], env);
  await put('agent/check/fail/db?note=refused');
  const [fires] = await untilIncidents(box, (all) => all.length > 0);
  expect(fires).toMatchObject({
    ...{ source: 'lan', group_key: 'service:db', title: 'db', state: 'open' },
    members: [{ status: 'firing' }],
  });
  await put('agent/check/pass/db');
  await untilIncidents(box, ([one]) => one?.state === 'resolved');

  // Nobody watches, and nobody serves, while it fails: the next serve asks.
  watch.kill('SIGKILL');
  serving.child.kill('SIGTERM');
  await serving.ended;
  await put('agent/check/warn/db');
  expect((await listIncidents(box)).map(({ state }) => state)).toEqual(['resolved']);
  box.write('.config/steward/steward.yaml', `intake: { consul: { lan: { url: '${url}' } } }\n`);
  await startServing(box, ['--no-runs']);
  const [again] = await untilIncidents(box, ([one]) => one?.state === 'open');
  expect(again?.members.map(({ status }) => status)).toEqual(['resolved', 'firing']);
});
