import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownPort } from '../wire/own-port.ts';
import { type Box, createBox } from './steward.ts';

/** Stand-in for NATS's monitoring port; the probe's own test has the recordings of the real one. */
const NATS: Record<string, string> = {
  '/healthz': '{"status":"ok"}',
  '/varz': '{"version":"2.9.10","connections":0,"max_connections":100,"slow_consumers":0}',
  '/jsz': '{"config":{"max_storage":1000},"storage":5}',
};

let nats: Server;
let closed = 0;

// The address of a TCP server is an AddressInfo.
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  nats = createServer((request, response) => {
    if (request.url === '/api/v1/query?query=up') return void response.writeHead(403).end('forbidden');
    response.end(NATS[request.url ?? '']);
  }).listen(0, '127.0.0.1');
  await once(nats, 'listening');
  closed = await ownPort();
});

afterAll(() => {
  nats.close();
});

const writeSettings = (box: Box, settings: object) =>
  box.write('.config/steward/steward.yaml', JSON.stringify(settings));

const PROBES = ['nats', 'loki', 'prometheus', 'disk', 'gpu'];

it('tells answering, unreachable, refused and absent probes apart, each with what to do', async () => {
  const address = `http://127.0.0.1:${portOf(nats)}`;
  const box = createBox();
  const all = JSON.parse((await box.run(['context', 'doctor', '--json'])).stdout) as {
    probes: { probe: string }[];
  };
  const disabled = all.probes.map(({ probe }) => probe).filter((probe) => !PROBES.includes(probe));
  writeSettings(box, {
    probes: {
      disabled,
      parameters: {
        nats: { address },
        loki: { address: `http://127.0.0.1:${closed}`, queries: [{ name: 'panics', query: 'x' }] },
        prometheus: { address, queries: [{ name: 'down', query: 'up' }] },
      },
    },
  });
  const { code, stdout } = await box.run(['context', 'doctor']);
  expect(code).toBe(1);
  expect(stdout).toContain('2 of 5 probes answer.');
  expect(stdout).toMatch(
    /Failed\n {2}prometheus: down: HTTP 403, not 200: forbidden .*\n {4}→ the account that asks is not let in\. Needed: /,
  );
  expect(stdout).toMatch(/Unreachable\n {2}loki: panics: refused .*\n {4}→ nothing listens there/);
  expect(stdout).toMatch(/Stale.*\n {2}disk, nats\n/);
  expect(stdout).toContain('gpu: nvidia-smi is not installed');
});

it('ends with 52 for a parameter that no probe has, and names the nearest', async () => {
  const box = createBox();
  writeSettings(box, { probes: { parameters: { nats: { adress: 'http://127.0.0.1:1' } } } });
  const { code, stderr } = await box.run(['context', 'doctor']);
  expect(code).toBe(52);
  expect(stderr).toContain('probes.parameters.nats.adress: the probe has no such parameter');
  expect(stderr).toContain('Did you mean address?');
});
