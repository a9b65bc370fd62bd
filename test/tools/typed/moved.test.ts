import { describe, expect, it } from 'vitest';
import type { Ask, CallAids, Ran } from '../../../src/protocol/typed-call.ts';
import { createTypedCalls } from '../../../src/tools/index.ts';

const answer = (output: string, exit = 0): Ran => ({ exit, output, error: '', timedOut: false });
const aids = (ask: Ask): CallAids => ({ ask, cwd: '/srv', future: async () => null });
const config = (context: string, server: string) =>
  answer(
    JSON.stringify({
      'current-context': context,
      contexts: [{ context: {} }],
      clusters: [{ cluster: { server } }],
    }),
  );

const OVER_SSH = { environment: {}, machine: 'abc', hostname: 'nuc1', hosts: ['nuc2'] };

/** What ssh and ssh-keygen say of it. */
function nuc2({ key = 'aaaa', machine = '0a'.repeat(16) } = {}): Ask {
  return async ([program]) =>
    program === 'ssh' ? answer(`${machine}\n`) : answer(`256 SHA256:${key} nuc2 (ED25519)\n`);
}

describe('the target of a planned call', () => {
  it('that is another context by now, or the same name for another server, stops it', async () => {
    const calls = createTypedCalls(() => ({ environment: {}, machine: 'abc', hostname: 'nuc1' }));
    const home: Ask = async () => config('home', 'https://10.0.0.1:6443');
    const work = await calls.look('Kubectl', { verb: 'get', kind: 'pods' }, aids(home));
    if ('problem' in work) throw new Error(work.problem);
    expect(work.argv).toContain('--context=home');
    expect(await calls.moved(work, home)).toBeNull();
    for (const [context, server] of [
      ['work', 'https://10.0.0.1:6443'],
      ['home', 'https://10.9.9.9:6443'],
    ] as const) {
      expect(await calls.moved(work, async () => config(context, server))).toContain(
        'its target is another by now: it was planned for home (https://10.0.0.1:6443), namespace default',
      );
    }
    expect(await calls.moved(work, async () => 'kubectl is not installed here')).toContain(
      'does not answer as before',
    );
  });

  it('that settings move to another address stops it, whatever the environment of the process says', async () => {
    let environment: Record<string, string> = { CONSUL_HTTP_ADDR: 'http://10.0.0.1:8500' };
    const calls = createTypedCalls(() => ({ environment, machine: 'abc', hostname: 'nuc1' }));
    const ask: Ask = async () => answer('homelab\n');
    const work = await calls.look('Consul', { verb: 'get', key: 'a' }, aids(ask));
    if ('problem' in work) throw new Error(work.problem);
    expect(work.text).toBe('Consul get key=a at http://10.0.0.1:8500, datacenter homelab');
    environment = { CONSUL_HTTP_ADDR: 'http://10.0.0.2:8500' };
    expect(await calls.moved(work, ask)).toContain('and this is http://10.0.0.2:8500');
  });

  it('that answers over ssh with another key, or as another machine, is not the one that was planned for', async () => {
    const calls = createTypedCalls(() => OVER_SSH);
    const work = await calls.look('Ssh', { verb: 'run', host: 'nuc2', command: ['uptime'] }, aids(nuc2()));
    if ('problem' in work) throw new Error(work.problem);
    expect(work.text).toContain('nuc2 (machine 0a0a0a0a, SHA256:aaaa)');
    expect(work.argv.slice(-3)).toEqual(['--', 'nuc2', 'uptime']);
    expect(await calls.moved(work, nuc2())).toBeNull();
    expect(await calls.moved(work, nuc2({ key: 'bbbb' }))).toContain('another by now');
    expect(await calls.moved(work, nuc2({ machine: '0b'.repeat(16) }))).toContain('another by now');
    expect(await calls.moved(work, nuc2({ machine: 'motd: welcome' }))).toContain(
      'nuc2 does not say which machine it is',
    );
  });

  it('is not asked over ssh when no setting declares it', async () => {
    const calls = createTypedCalls(() => ({ ...OVER_SSH, hosts: ['nuc3'] }));
    const asked = await calls.look('Ssh', { verb: 'run', host: 'nuc2', command: ['uptime'] }, aids(nuc2()));
    expect(asked).toEqual({
      problem: expect.stringContaining('nuc2 is not a host that settings declare'),
    });
  });

  it('is not even looked for by a tool that an operator has denied', async () => {
    const calls = createTypedCalls(() => ({ environment: {}, machine: 'abc', hostname: 'nuc1' }), ['Consul']);
    const asked: string[] = [];
    const ask: Ask = async (argv) => {
      asked.push(argv.join(' '));
      return answer('');
    };
    const made = await calls.plan('Consul', { verb: 'put', key: 'a', value: '1' }, aids(ask));
    expect(made).toEqual({ problem: 'the operator has denied the tool Consul' });
    expect(asked).toEqual([]);
  });

  it('words for ssh stay words over there', async () => {
    const calls = createTypedCalls(() => OVER_SSH);
    const ask = nuc2();
    const command = ['echo', "it's; $(id)", '-n', '*'];
    const work = await calls.look('Ssh', { verb: 'run', host: 'nuc2', command }, aids(ask));
    if ('problem' in work) throw new Error(work.problem);
    expect(work.argv.at(-1)).toBe(`echo 'it'\\''s; $(id)' -n '*'`);
    for (const host of ['-oProxyCommand=id', 'a b', '']) {
      expect(await calls.look('Ssh', { verb: 'run', host, command }, aids(ask))).toHaveProperty('problem');
    }
  });
});
