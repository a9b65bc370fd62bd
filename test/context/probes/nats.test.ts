import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const base = 'http://127.0.0.1:8222';
const given = { address: base };
const answers = (change: object = {}) => ({
  [`${base}/healthz`]: { body: recorded('nats.2.9.healthz.json') },
  [`${base}/varz`]: { body: recorded('nats.2.9.varz.json') },
  [`${base}/jsz`]: { body: recorded('nats.2.9.jsz.json') },
  ...change,
});

// Monitoring of nats-server 2.9.10 with JetStream on a Debian 12 VM
describe('nats', () => {
  it('finds nothing of a fresh server', async () => {
    const run = await runProbe(await loadShipped('nats'), '', { given, http: answers() });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toContain('NATS 2.9.10 is ok; 0 connections');
  });

  it('names what it says of itself, and a store that fills', async () => {
    const sick = {
      [`${base}/healthz`]: {
        status: 503,
        body: '{"status":"unavailable","error":"JetStream stream \'$G > ORDERS\' is not current"}',
      },
    };
    const run = await runProbe(await loadShipped('nats'), '', { given, http: answers(sick) });
    expect(run.keys).toEqual(['nats-unhealthy:nuc1']);
    const full = { [`${base}/jsz`]: { body: '{"config":{"max_storage":1000},"storage":950}' } };
    expect((await runProbe(await loadShipped('nats'), '', { given, http: answers(full) })).keys).toEqual([
      'nats-storage-full:nuc1',
    ]);
  });
});
