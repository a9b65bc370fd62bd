import { describe, expect, it } from 'vitest';
import { loadShipped, recorded, runProbe } from '../support.ts';

const base = 'http://127.0.0.1:8500';
const given = { address: base };
const answers = (change: Record<string, { status?: number; body: string }> = {}) => ({
  [`${base}/v1/status/leader`]: { body: recorded('consul.1.8.leader.json') },
  [`${base}/v1/agent/members`]: { body: recorded('consul.1.8.members.json') },
  [`${base}/v1/health/state/any`]: { body: recorded('consul.1.8.checks.json') },
  [`${base}/v1/operator/autopilot/health`]: { body: recorded('consul.1.8.autopilot.json') },
  ...change,
});
const passing = { body: recorded('consul.1.8.checks.json').replaceAll('"critical"', '"passing"') };
const checks = `${base}/v1/health/state/any`;

// HTTP API of a Consul 1.8.7 development agent (Debian 11's package) on a Debian 12 VM, with a failing HTTP check
describe('consul', () => {
  it('is not configured without an address', async () => {
    const run = await runProbe(await loadShipped('consul'), '');
    expect(run.item).toMatchObject({
      status: 'not-configured',
      reason: 'settings do not say probes.parameters.consul.address',
    });
  });

  it('finds nothing when all pass', async () => {
    const run = await runProbe(await loadShipped('consul'), '', {
      given,
      http: answers({ [checks]: passing }),
    });
    expect(run).toMatchObject({ item: { status: 'ok' }, keys: [], broken: [] });
    expect(run.item.text).toBe(
      'leader 127.0.0.1:17502; 1 members, 0 failed; 3 checks, 0 critical, 0 warning',
    );
  });

  it('names the check that fails', async () => {
    const run = await runProbe(await loadShipped('consul'), '', { given, http: answers() });
    expect(run.keys).toEqual(['consul-check-critical:nuc1/gitea-http']);
  });

  it('names a member that was lost, and not its checks besides', async () => {
    const http = answers({
      [`${base}/v1/agent/members`]: {
        body: recorded('consul.1.8.members.json').replace('"Status": 1', '"Status": 4'),
      },
    });
    const run = await runProbe(await loadShipped('consul'), '', { given, http });
    expect(run.keys).toEqual(['consul-member-failed:nuc1']);
  });

  it('says that there is no leader, which is how it answers then', async () => {
    const none = { status: 500, body: 'No cluster leader' };
    const http = answers({
      [`${base}/v1/status/leader`]: { body: '""' },
      [checks]: none,
      [`${base}/v1/operator/autopilot/health`]: none,
    });
    const run = await runProbe(await loadShipped('consul'), '', { given, http });
    expect(run).toMatchObject({ keys: ['consul-no-leader:nuc1'], broken: [] });
  });

  it('works with a token that may not see autopilot, and says when it is not healthy', async () => {
    const url = `${base}/v1/operator/autopilot/health`;
    const denied = await runProbe(await loadShipped('consul'), '', {
      given,
      http: answers({ [checks]: passing, [url]: { status: 403, body: 'Permission denied' } }),
    });
    expect(denied).toMatchObject({ item: { status: 'ok' }, keys: [] });
    const sick = {
      status: 429,
      body: recorded('consul.1.8.autopilot.json').replace('"Healthy": true', '"Healthy": false'),
    };
    const run = await runProbe(await loadShipped('consul'), '', {
      given,
      http: answers({ [checks]: passing, [url]: sick }),
    });
    expect(run.keys).toEqual(['consul-autopilot:nuc1']);
  });

  it('is unreachable when nobody answers, and failed when it is refused', async () => {
    expect((await runProbe(await loadShipped('consul'), '', { given })).item.status).toBe('unreachable');
    const run = await runProbe(await loadShipped('consul'), '', {
      given,
      http: answers({ [checks]: { status: 403, body: 'Permission denied' } }),
    });
    expect(run.item).toMatchObject({
      status: 'failed',
      reason: 'checks: HTTP 403, not 200: Permission denied',
    });
  });
});
