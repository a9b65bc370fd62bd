import { describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../../../src/protocol/probe.ts';
import { loadShipped, runProbe } from '../support.ts';

async function declared(): Promise<ProbeSpec> {
  const spec = await loadShipped('endpoints');
  const endpoints = [
    { name: 'gitea', url: 'http://git.test/healthz', expectStatus: 200 },
    { name: 'router', url: 'http://router.test/', expectStatus: 302 },
  ];
  return { ...spec, gather: { kind: 'http', endpoints } };
}

// Answers of a stand-in; the client behind it is tried against real servers in test/host/http.test.ts
describe('endpoints', () => {
  it('is not configured as shipped', async () => {
    const run = await runProbe(await loadShipped('endpoints'), '');
    expect(run.item).toMatchObject({ status: 'not-configured', reason: 'no endpoints declared' });
  });

  it('finds nothing when each answers with what is expected of it', async () => {
    const http = { 'http://git.test/healthz': { status: 200 }, 'http://router.test/': { status: 302 } };
    const run = await runProbe(await declared(), '', { http });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.command).toBe('GET http://git.test/healthz, GET http://router.test/');
  });

  it('names the one whose certificate ends soon', async () => {
    const at = (days: number) => Date.parse('2026-11-21T19:00:00Z') + days * 86_400_000;
    const http = {
      'http://git.test/healthz': { status: 200, certificateEndsAt: at(3) },
      'http://router.test/': { status: 302, certificateEndsAt: at(90) },
    };
    const run = await runProbe(await declared(), '', { http, now: at(0) });
    expect(run).toMatchObject({ keys: ['endpoint-certificate:gitea'], broken: [] });
    expect(run.findings[0]?.text).toBe('The certificate of gitea at http://git.test/healthz ends in 3 days');
  });

  it('names the one that refuses, and the one that answers wrongly', async () => {
    const http = { 'http://router.test/': { status: 500 } };
    const run = await runProbe(await declared(), '', { http });
    expect(run.keys).toEqual(['endpoint-down:gitea', 'endpoint-down:router']);
    expect(run.findings.map((finding) => finding.text)).toEqual([
      'gitea at http://git.test/healthz does not answer as it should: refused',
      'router at http://router.test/ does not answer as it should: HTTP 500, not 302',
    ]);
  });
});
