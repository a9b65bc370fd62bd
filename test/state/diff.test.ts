import { describe, expect, it } from 'vitest';
import type { StateFile } from '../../src/protocol/state-file.ts';
import { describeDiff, diffStates } from '../../src/state/index.ts';
import { item, stateOf } from './make-state.ts';

const told = (from: StateFile, to: StateFile): string[] => describeDiff(diffStates(from, to));
const service = (name: string, status: string, host = 'web1') =>
  item({ id: `${host}/${name}`, name, host, status });

describe('what a diff says', () => {
  it('is a sentence for a service that failed', () => {
    expect(
      told(
        stateOf({ services: [service('postgresql.service', 'running')] }),
        stateOf({ services: [service('postgresql.service', 'failed')] }),
      ),
    ).toEqual(['postgresql.service on web1 has failed; it was running.']);
    expect(
      told(
        stateOf({ services: [service('postgresql.service', 'failed')] }),
        stateOf({ services: [service('postgresql.service', 'running')] }),
      ),
    ).toEqual(['postgresql.service on web1 is running now; it had failed.']);
    const failed = stateOf({ services: [service('postgresql.service', 'failed')] });
    expect(told(stateOf({}), failed)).toEqual(['postgresql.service on web1 is new, and has failed.']);
    expect(told(failed, stateOf({}))).toEqual(['postgresql.service on web1 is gone; it had failed.']);
  });

  it('names a guest by number and name, and says how it is', () => {
    const guest = item({ id: '105', name: 'redis', host: 'pve1', status: 'running', source: 'pve' });
    expect(told(stateOf({}), stateOf({ guests: [guest] }))).toEqual([
      'Guest 105 (redis) on pve1 is new, and is running.',
    ]);
    expect(told(stateOf({ guests: [guest] }), stateOf({}))).toEqual([
      'Guest 105 (redis) on pve1 is gone; it was running.',
    ]);
    expect(told(stateOf({ guests: [guest] }), stateOf({ guests: [{ ...guest, host: 'pve2' }] }))).toEqual([
      'Guest 105 (redis) moved from pve1 to pve2.',
    ]);
  });

  it('tells of a silent source once, not of each of its items', () => {
    const stale = { since: '2026-10-20T12:00:00.000Z', reason: 'not reached: timed out' };
    const services = ['a', 'b', 'c'].map((name) => service(name, 'running'));
    expect(
      told(stateOf({ services }), stateOf({ services: services.map((each) => ({ ...each, stale })) })),
    ).toEqual(['What systemd:web1 last said of 3 things is stale: not reached: timed out.']);
    expect(
      told(stateOf({ services: services.map((each) => ({ ...each, stale })) }), stateOf({ services })),
    ).toEqual(['What systemd:web1 says of 3 things is up to date again.']);
  });

  it('counts what came together, and names the first few', () => {
    const services = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => service(name, 'running'));
    expect(told(stateOf({}), stateOf({ services }))).toEqual([
      '7 services on web1 are new: a, b, c, d, e and 2 more.',
    ]);
  });

  it('says what an owner, a port, an address and a fact became', () => {
    const before = item({
      id: 'x',
      name: 'x',
      host: 'web1',
      owner: 'anna',
      ports: [80],
      addresses: ['10.0.0.1'],
      facts: { image: 'x:1' },
    });
    const after = { ...before, owner: null, ports: [443], addresses: [], facts: { image: 'x:2' } };
    expect(told(stateOf({ services: [before] }), stateOf({ services: [after] }))).toEqual([
      'x on web1 belongs to nobody any more; it was anna.',
      'x on web1 no longer has the address 10.0.0.1.',
      'x on web1 listens on 443 now, and no longer on 80.',
      'The image of x on web1 is x:2 now; it was x:1.',
    ]);
  });

  it('is nothing where only times have moved', () => {
    const one = service('a', 'running');
    expect(
      told(
        stateOf({ services: [one] }),
        stateOf({ services: [{ ...one, seen_at: '2026-10-21T00:00:00.000Z' }] }),
      ),
    ).toEqual([]);
  });
});
