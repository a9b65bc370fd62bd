import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { StateFile } from '../../src/protocol/state-file.ts';
import { type Box, createBox } from '../system/steward.ts';

const HOSTS = process.env.STEWARD_SOAK === 'full' ? 1000 : 100;
/** They take the connection, and never say a word. */
const HANGING = HOSTS / 100;

const names = Array.from({ length: HOSTS }, (_, index) => `h${index}`);
// The address of a TCP server is an AddressInfo.
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

/** A Consul that knows one service a host, until it is closed. */
async function startConsul(): Promise<{ url: string; close(): void }> {
  const answers: Record<string, unknown> = {
    '/v1/catalog/nodes': names.map((Node) => ({ Node, Address: '10.0.0.1' })),
    '/v1/health/state/any': [],
    '/v1/catalog/services': { web: [] },
    '/v1/health/service/web': names.map((Node) => ({
      Node: { Node, Address: '10.0.0.1' },
      Service: { ID: 'web', Address: '', Port: 80, Tags: [] },
      Checks: [{ Status: 'passing' }],
    })),
  };
  const server = createServer((request, response) => {
    response.end(JSON.stringify(answers[new URL(request.url ?? '', 'http://x').pathname] ?? []));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${portOf(server)}`, close };
}

/** Nobody listens there, and nobody is given it who takes any. */
const DEAD = 1;

async function silentPort(): Promise<number> {
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  return portOf(silent);
}

async function scan(box: Box, ...words: string[]) {
  const { code, stdout } = await box.run(['state', 'scan', ...words]);
  const exported = await box.run(['state', 'export']);
  const state = JSON.parse(exported.stdout) as StateFile;
  const web = state.services.filter(({ source }) => source === 'consul');
  return { code, stdout, state, web };
}

it(`scans ${HOSTS} hosts of which none answers, and drops nothing of what it knew of them`, async () => {
  const consul = await startConsul();
  const silent = await silentPort();
  const box = createBox();
  const hosts = names.map(
    (name, index) =>
      `  ${name}: { ssh: root@127.0.0.1, ssh_port: ${index < HANGING ? silent : DEAD}, tags: [rack${index % 20}] }\n`,
  );
  const inventory = `sources: { consul: { kind: consul, url: '${consul.url}' } }\nhosts:\n${hosts.join('')}`;
  box.write('.config/steward/inventory.yaml', inventory);

  const known = await scan(box, 'consul');
  expect([known.code, known.web.length, known.web.every(({ stale }) => stale === null)]).toEqual([
    0,
    HOSTS,
    true,
  ]);
  const whole = await scan(box);
  expect([whole.code, whole.web.length]).toEqual([0, HOSTS]);
  const silence = whole.state.sources.filter(({ name }) => /^systemd:h\d/.test(name));
  expect(silence.length).toBe(HOSTS);
  expect(silence.filter(({ problem }) => !/refused|no answer|timed out/.test(problem ?? ''))).toEqual([]);
  // Told in a screenful, however many did not answer.
  expect(whole.stdout).toMatch(/ {2}\d+ of \d+ answered\n/);
  expect(whole.stdout).toMatch(/ {2}… and \d+ more: steward state show alerts\n/);
  expect(whole.stdout.split('\n').length).toBeLessThan(40);
  expect(await box.run(['state', 'validate'])).toMatchObject({ code: 0 });

  // Of the part that is asked again, what does not answer is stale; of the rest nothing changes.
  consul.close();
  const part = await scan(box, 'consul', 'h7');
  expect([part.code, part.web.length, part.web.every(({ stale }) => stale !== null)]).toEqual([
    0,
    HOSTS,
    true,
  ]);
  expect(part.state.hosts.length).toBe(whole.state.hosts.length);
  expect(part.state.sources.length).toBe(whole.state.sources.length);
  const triedAgain = part.state.sources.filter(
    ({ name, tried_at }) => tried_at !== whole.state.sources.find((source) => source.name === name)?.tried_at,
  );
  expect(triedAgain.map(({ name }) => name).toSorted()).toEqual(['consul', 'systemd:h7']);
  expect(await box.run(['state', 'validate'])).toMatchObject({ code: 0 });
});
