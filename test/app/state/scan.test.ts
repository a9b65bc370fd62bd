import { describe, expect, it } from 'vitest';
import { readKnown, restoreState, stateAt } from '../../../src/app/state/known-state.ts';
import { scanState } from '../../../src/app/state/scan-state.ts';
import { openBox, serveHttp, serveSilence } from './open-box.ts';

const never = new AbortController().signal;

/** Consul's answers for one node with two services, as its HTTP API v1 gives them. */
const CONSUL: Record<string, unknown> = {
  '/v1/catalog/nodes': [{ Node: 'c1', Address: '10.0.0.7' }],
  '/v1/health/state/any': [{ Node: 'c1', CheckID: 'serfHealth', Status: 'passing' }],
  '/v1/catalog/services': { consul: [], redis: ['cache'] },
  '/v1/health/service/consul': [],
  '/v1/health/service/redis': [
    {
      Node: { Node: 'c1', Address: '10.0.0.7' },
      Service: { ID: 'redis-1', Address: '', Port: 6379, Tags: ['cache'] },
      Checks: [{ Status: 'passing' }, { Status: 'critical' }],
    },
  ],
};

function answerConsul(path: string): unknown {
  return Object.entries(CONSUL).find(([end]) => path.endsWith(end))?.[1];
}

describe('a scan', () => {
  it('with no inventory describes this machine', async () => {
    const world = await openBox().open();
    const { state } = await scanState(world, [], never);
    expect(state.hosts.map(({ name }) => name)).toContain(world.host.hostname);
    expect(state.meta.generated_by).toBe(`steward ${world.version} on ${world.host.hostname}`);
    expect(await readKnown(world)).toMatchObject({ condition: 'sound', state });
  });

  it('asks Consul, with the token that the inventory names, and says what each service is', async () => {
    const seen: (string | string[] | undefined)[] = [];
    const url = await serveHttp((request, response) => {
      seen.push(request.headers['x-consul-token']);
      response.end(JSON.stringify(answerConsul(request.url ?? '')));
    });
    const box = openBox();
    box.configure(
      'inventory.yaml',
      `sources:\n  consul: { kind: consul, url: "${url}", token: STEWARD_TEST_CONSUL_TOKEN }\n`,
    );
    process.env.STEWARD_TEST_CONSUL_TOKEN = 'a-token';
    const { state } = await scanState(await box.open(), ['consul'], never).finally(
      () => delete process.env.STEWARD_TEST_CONSUL_TOKEN,
    );
    expect(new Set(seen)).toEqual(new Set(['a-token']));
    expect(state.services).toMatchObject([
      {
        id: 'c1/redis-1',
        name: 'redis',
        host: 'c1',
        status: 'critical',
        addresses: ['10.0.0.7'],
        ports: [6379],
        tags: ['cache'],
        source: 'consul',
      },
    ]);
    expect(state.alerts.map(({ id }) => id)).toContain('services/c1/redis-1');
    expect(JSON.stringify(state)).not.toContain('a-token');
  });

  it('says what Proxmox means by 595, and keeps the guests that it had named', async () => {
    let status = 200;
    const url = await serveHttp((_request, response) => {
      response.writeHead(status);
      response.end(
        JSON.stringify({
          data: [
            { type: 'node', node: 'pve1', status: 'online' },
            { type: 'qemu', vmid: 100, name: 'brain', node: 'pve1', status: 'running' },
          ],
        }),
      );
    });
    const box = openBox();
    box.configure('inventory.yaml', `sources:\n  pve: { kind: proxmox, url: "${url}" }\n`);
    const world = await box.open();
    expect((await scanState(world, ['pve'], never)).state.guests).toMatchObject([
      { id: '100', name: 'brain', host: 'pve1', stale: null },
    ]);
    status = 595;
    const { state } = await scanState(world, ['pve'], never);
    expect(state.sources.find(({ name }) => name === 'pve')?.problem).toBe(
      'HTTP 595: the node behind it does not answer',
    );
    expect(state.guests).toMatchObject([
      {
        id: '100',
        name: 'brain',
        status: 'running',
        stale: { reason: 'HTTP 595: the node behind it does not answer' },
      },
    ]);
  });

  it('keeps what answers and marks what hangs, through ssh as well', async () => {
    const url = await serveHttp((request, response) =>
      response.end(JSON.stringify(answerConsul(request.url ?? ''))),
    );
    const hung = await serveHttp(() => {});
    const silent = await serveSilence();
    const box = openBox();
    box.configure(
      'inventory.yaml',
      `hosts: { host0: { ssh: 127.0.0.1, ssh_port: ${silent} } }
sources:
  fast0: { kind: consul, url: "${url}/0" }
  fast1: { kind: consul, url: "${url}/1" }
  slow0: { kind: nomad, url: "${hung}/0" }
`,
    );
    const names = ['fast0', 'fast1', 'slow0', 'host0'];
    const { state } = await scanState(await box.open(), names, never);
    const problems = new Map(state.sources.map(({ name, problem }) => [name, problem]));
    expect([problems.get('fast0'), problems.get('fast1')]).toEqual([null, null]);
    expect(problems.get('slow0')).toMatch(/no answer/);
    expect(problems.get('systemd:host0')).toMatch(/no answer|not reached/);
    expect(state.services.map(({ source }) => source)).toEqual(['fast0', 'fast1']);
  });

  it('takes an inventory of a thousand hosts', async () => {
    const box = openBox();
    box.configure(
      'inventory.yaml',
      `hosts:\n${Array.from({ length: 1000 }, (_, index) => `  h${index}: { addresses: [10.0.${index >> 8}.${index & 255}], tags: [rack${index % 20}] }`).join('\n')}\n`,
    );
    const { state } = await scanState(await box.open(), [], never);
    expect(state.hosts.length).toBeGreaterThanOrEqual(1000);
  });

  it('refuses a name that nothing has, with the nearest', async () => {
    const box = openBox();
    box.configure('inventory.yaml', 'sources:\n  consul: { kind: consul, url: http://127.0.0.1:1 }\n');
    await expect(scanState(await box.open(), ['consl'], never)).rejects.toMatchObject({
      reason: 'usage',
      hint: 'Did you mean consul?',
    });
  });
});

describe('what is restored', () => {
  it('is an earlier state, each item of it stale, and the machines stay as they are', async () => {
    let isRedisThere = true;
    const url = await serveHttp(({ url: path = '' }, response) => {
      const isGone = path.includes('/health/service/redis') && !isRedisThere;
      response.end(JSON.stringify(isGone ? [] : answerConsul(path)));
    });
    const box = openBox();
    box.configure('inventory.yaml', `sources:\n  consul: { kind: consul, url: "${url}" }\n`);
    const world = await box.open();
    await scanState(world, ['consul'], never);
    isRedisThere = false;
    await scanState(world, ['consul'], never);
    expect((await readKnown(world)).state?.services).toEqual([]);
    const { state } = await restoreState(world, '#1');
    expect(state.services).toMatchObject([
      { name: 'redis', status: 'critical', stale: { reason: expect.stringContaining('restored from') } },
    ]);
    expect(state.services.every(({ stale }) => stale !== null)).toBe(true);
    expect((await stateAt(world, 'now')).state).toEqual(state);
  });
});
