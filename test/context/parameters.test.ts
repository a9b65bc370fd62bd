import { describe, expect, it } from 'vitest';
import { compileProbe, withParameters } from '../../src/context/index.ts';
import { runProbe } from './support.ts';

const CERTS = {
  describe: 'Certificates',
  parameters: {
    paths: { about: 'Files', example: ['/a.pem'] },
    days: { about: 'Days', example: 7, default: 14 },
  },
  steps: {
    look: { each: 'given.paths', as: 'path', run: ['openssl', 'x509', '-in', '{path}'], parse: 'lines' },
  },
  facts: {
    found: 'output.look.map(l, {"path": l.item, "ok": l.ok, "problem": l.problem})',
    limit: 'given.days',
  },
};

describe('parameters of a probe', () => {
  it('make it not configured while one has no value', async () => {
    const spec = await compileProbe('context/certs.yaml', CERTS);
    const run = await runProbe(spec, '');
    expect(run.item).toMatchObject({
      status: 'not-configured',
      reason: 'settings do not say probes.parameters.certs.paths',
    });
  });

  it('fill the words of its commands, one run an element, and are `given` in facts', async () => {
    const spec = await compileProbe('context/certs.yaml', CERTS);
    const output = (command: string) =>
      command.endsWith('/b.pem') ? { exitCode: 1, stderr: 'no such file' } : { stdout: 'fine' };
    const run = await runProbe(spec, output, { given: { paths: ['/a b.pem', '/b.pem'] } });
    expect(run.item.facts).toEqual({
      found: [
        { path: '/a b.pem', ok: true, problem: null },
        { path: '/b.pem', ok: false, problem: 'exit 1: no such file' },
      ],
      limit: 14,
    });
    expect(run.item.command).toBe("openssl x509 -in '/a b.pem'; openssl x509 -in /b.pem");
  });

  it('never become an option', async () => {
    const spec = await compileProbe('context/certs.yaml', CERTS);
    const run = await runProbe(spec, 'fine', { given: { paths: ['-out'] } });
    expect(run.item.facts.found).toEqual([
      { path: '-out', ok: false, problem: 'the value of {path} begins with -' },
    ]);
  });

  it.each([
    [{ path: [] }, 'the probe has no such parameter'],
    [{ paths: 'a' }, 'must be a list of text, like ["/a.pem"]'],
    [{ paths: ['/a'], days: '3' }, 'must be a number, like 7'],
  ])('refuse %j', async (values, message) => {
    const spec = await compileProbe('context/certs.yaml', CERTS);
    expect(() => withParameters(spec, values, {})).toThrow(message);
  });

  it('come from a variable of the settings where the probe names one, and an address gets its scheme', async () => {
    const spec = await compileProbe('context/consul.yaml', {
      describe: 'Consul',
      parameters: { address: { about: 'Where', example: 'http://127.0.0.1:8500', from: 'CONSUL_HTTP_ADDR' } },
      credential: { header: 'X-Consul-Token', name: 'CONSUL_HTTP_TOKEN' },
      http: [{ name: 'leader', url: '{address}/v1/status/leader', expect: [200, 429] }],
      parse: 'answers',
    });
    expect(withParameters(spec, {}, { CONSUL_HTTP_ADDR: '10.0.0.1:8500' }).gather).toEqual({
      kind: 'http',
      endpoints: [
        {
          name: 'leader',
          url: 'http://10.0.0.1:8500/v1/status/leader',
          expectStatus: 200,
          alsoExpect: [429],
          credential: { header: 'X-Consul-Token', prefix: '', name: 'CONSUL_HTTP_TOKEN' },
        },
      ],
    });
  });

  it('make one address for each record', async () => {
    const spec = await compileProbe('context/prom.yaml', {
      describe: 'Queries',
      parameters: {
        address: { about: 'Where', example: 'http://p:9090' },
        queries: { about: 'What', example: [{ name: 'down', query: 'up == 0' }] },
      },
      http: [{ each: 'queries', as: 'q', name: '{q.name}', url: '{address}/query?query={q.query}' }],
      parse: 'answers',
      facts: { rows: 'output.map(o, o.name + string(o.body.n) + o.item.query)' },
    });
    const http = { 'http://p:9090/query?query=up%20%3D%3D%200': { body: '{"n": 3}' } };
    const given = { address: 'http://p:9090', queries: [{ name: 'down', query: 'up == 0' }] };
    const run = await runProbe(spec, '', { given, http });
    expect(run.item.facts).toEqual({ rows: ['down3up == 0'] });
    const bad = await runProbe(spec, '', {
      given,
      http: { ...http, 'http://p:9090/query?query=up%20%3D%3D%200': { status: 400, body: 'parse error' } },
    });
    expect(bad.item).toMatchObject({ status: 'failed', reason: 'down: HTTP 400, not 200: parse error' });
    const away = await runProbe(spec, '', { given });
    expect(away.item).toMatchObject({ status: 'unreachable', reason: 'down: refused' });
  });
});

describe('steps of a probe', () => {
  const SCAN = {
    describe: 'Disks',
    privilege: 'root',
    steps: {
      scan: { run: ['smartctl', '--scan', '-j'], parse: 'json' },
      health: {
        each: 'scan.devices',
        as: 'd',
        run: ['smartctl', '-j', '{d.name}'],
        parse: 'json',
        okExits: [8],
      },
    },
    facts: { sick: 'output.health.filter(h, h.ok && h.exit == 8).map(h, h.item.name)' },
  };
  const output = (command: string) =>
    command.includes('--scan')
      ? { stdout: '{"devices": [{"name": "/dev/sda"}, {"name": "/dev/sdb"}]}' }
      : { stdout: '{}', exitCode: command.endsWith('sdb') ? 8 : 0 };

  it('use what the earlier ones said', async () => {
    const run = await runProbe(await compileProbe('context/smart.yaml', SCAN), output);
    expect(run.item).toMatchObject({ status: 'ok', facts: { sick: ['/dev/sdb'] } });
  });

  it('end with the first that fails, which is named', async () => {
    const spec = await compileProbe('context/smart.yaml', SCAN);
    const run = await runProbe(spec, { exitCode: 2, stderr: 'Smartctl: Permission denied' });
    expect(run.item).toMatchObject({
      status: 'failed',
      reason: 'scan: exit 2: Smartctl: Permission denied',
    });
  });

  it('are not configured for others where only root may ask', async () => {
    const run = await runProbe(await compileProbe('context/smart.yaml', SCAN), output, { isRoot: false });
    expect(run.item).toMatchObject({ status: 'not-configured', reason: 'only root may ask this' });
  });
});
