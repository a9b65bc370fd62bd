import { describe, expect, it } from 'vitest';
import type { Gate } from '../../../src/protocol/gate.ts';
import { createOpenGate } from '../../fakes/gate.ts';
import { createFakeProcesses, type FakeScript } from '../../fakes/processes.ts';
import { insideFence, makeBench } from '../make-registry.ts';

const NOMAD = '-address=http://127.0.0.1:4646';
const MEMBERS = `nomad server members ${NOMAD} -json`;
const members = (region: string) => ({ stdout: JSON.stringify([{ Tags: { region } }]) });

async function bench(script: FakeScript, gate: Gate = createOpenGate()) {
  const processes = createFakeProcesses(script);
  const { call } = await makeBench({
    processes,
    gate,
    available: ['Systemctl', 'Nomad', 'Git', 'Kubectl', 'Journal', 'Consul'],
  });
  return { call, ran: processes.ran };
}

describe('a typed tool of the model', () => {
  it('gives what was read, and says after it what the exit status means and where it looked', async () => {
    const { call } = await bench({
      'systemctl is-active --no-pager --no-ask-password nginx': { stdout: 'failed\n', exitCode: 3 },
    });
    const result = await call('Systemctl', { verb: 'is-active', unit: 'nginx' });
    expect(result.ok).toBe(true);
    expect(JSON.parse(insideFence(result.text))).toEqual({ active: false, state: 'failed' });
    expect(result.text).toMatch(/it is failed; nuc1 \(abc\)$/);
  });

  it('names its cluster in every call, and asks for it once while it only looks', async () => {
    const status = `nomad job status ${NOMAD} -region=eu -namespace=default -json web`;
    const { call, ran } = await bench({ [MEMBERS]: members('eu'), [status]: { stdout: '[]' } });
    await call('Nomad', { verb: 'status', job: 'web' });
    await call('Nomad', { verb: 'status', job: 'web' });
    expect(ran).toEqual([MEMBERS, status, status]);
  });

  it('does nothing when the cluster answers as another one before an effect', async () => {
    let region = 'eu';
    const { call, ran } = await bench((command) =>
      command === MEMBERS ? members(region) : { stdout: '[]' },
    );
    await call('Nomad', { verb: 'status', job: 'web' });
    region = 'us';
    const result = await call('Nomad', { verb: 'stop', job: 'web' });
    expect(result.ok).toBe(false);
    expect(result.text).toContain('this run began with http://127.0.0.1:4646, region eu');
    expect(ran.some((command) => command.includes('job stop'))).toBe(false);
  });

  it('is told how it goes in a change when an effect is refused', async () => {
    const open = createOpenGate();
    const gate: Gate = {
      perform: (request, run) =>
        request.origin === 'tool'
          ? Promise.resolve({
              kind: 'refused',
              reason: 'nobody can be asked',
              judgement: {
                verdict: 'ask',
                effect: 'disruptive',
                rule: 'spec:systemctl.restart',
                reason: '',
                target: { kind: 'unit', name: 'nginx.service' },
                action: request.action,
              },
            })
          : open.perform(request, run),
    };
    const { call } = await bench({}, gate);
    const result = await call('Systemctl', { verb: 'restart', unit: 'nginx' });
    expect(result).toMatchObject({ ok: false, isRefused: true });
    expect(result.text).toContain('{"call":{"Systemctl":{"verb":"restart","unit":"nginx"}}}');
  });

  it('starts nothing for what does not fit', async () => {
    const { call, ran } = await bench({});
    for (const input of [
      { verb: 'show', unit: '--all' },
      { verb: 'show', unit: '*' },
      { verb: 'show' },
      { verb: 'is-active', unit: 'x', type: 'service' },
    ]) {
      expect((await call('Systemctl', input)).text).toMatch(/^Not run: /);
    }
    expect((await call('Systemctl', { verb: 'poweroff' })).text).toContain('verb must be one of');
    expect(ran).toEqual([]);
  });
});

describe('an object that Flux manages', () => {
  const context = {
    stdout: JSON.stringify({
      'current-context': 'home',
      contexts: [{ context: { namespace: 'apps' } }],
      clusters: [{ cluster: { server: 'https://10.0.0.1:6443' } }],
    }),
  };
  const object = (labels: object) => ({
    kind: 'Deployment',
    metadata: { name: 'web', resourceVersion: '41', labels },
    spec: { replicas: 2 },
  });
  const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
  const cluster =
    (labels: object): FakeScript =>
    (command) => {
      if (command.startsWith('kubectl config view')) return context;
      if (command.startsWith('sha256sum')) return { stdout: `${'a'.repeat(64)}  web.yaml\n` };
      if (command.startsWith('kubectl diff')) return { exitCode: 1, stdout: '+ x' };
      if (/^kubectl (?:get|apply --dry-run=server)/.test(command))
        return { stdout: JSON.stringify(object(labels)) };
      return { stdout: 'configured\n' };
    };

  it('is not applied: the answer says to make a commit', async () => {
    const { call, ran } = await bench(cluster(flux));
    const result = await call('Kubectl', { verb: 'apply', file: 'web.yaml' });
    expect(result.ok).toBe(false);
    expect(result.text).toContain('deployment/web (Kustomization apps) is managed by Flux');
    expect(result.text).toContain('make a commit');
    expect((await call('Kubectl', { verb: 'scale', object: 'deployment/web', replicas: 3 })).text).toContain(
      'Flux',
    );
    expect(ran.filter((command) => /^kubectl (?:apply|scale)/.test(command))).toEqual([
      expect.stringContaining('--dry-run=server'),
    ]);
  });

  it('that nobody else manages is applied in the context that was found out', async () => {
    const { call, ran } = await bench(cluster({}));
    expect((await call('Kubectl', { verb: 'apply', file: 'web.yaml' })).ok).toBe(true);
    expect(ran.at(-1)).toBe(
      'kubectl apply --context=home --namespace=apps --server-side --field-manager=steward --filename=web.yaml',
    );
  });
});
