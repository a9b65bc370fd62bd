import { describe, expect, it } from 'vitest';
import { findFree, findItems, type Neighbours, touchedItems } from '../../src/state/index.ts';
import { item, stateOf } from './make-state.ts';

const RANGES = {
  vmid: [100, 103] as [number, number],
  port: [8000, 8002] as [number, number],
  ip: ['10.0.0.0/29'],
  reserved: ['10.0.0.2'],
};

const state = stateOf({
  hosts: [item({ id: 'web1', host: 'web1', addresses: ['10.0.0.3'], tags: ['edge'], source: 'inventory' })],
  guests: [
    item({ id: '100', name: 'brain', facts: { vmid: 100 }, source: 'pve' }),
    item({
      id: '101',
      name: 'db',
      source: 'pve',
      stale: { since: '2026-10-20T00:00:00Z', reason: 'refused' },
    }),
  ],
  services: [
    item({ id: 'web1/nginx.service', name: 'nginx.service', host: 'web1', status: 'failed', ports: [8000] }),
    item({ id: 'web1/sshd.service', name: 'sshd.service', host: 'web1', status: 'running' }),
  ],
});
const names = (query: string): string[] => findItems(state, query).map(({ item: { name } }) => name);

describe('a query', () => {
  it('is words that a row holds anywhere, with a section in front if one likes', () => {
    expect(names('nginx')).toEqual(['nginx.service']);
    expect(names('services web1')).toEqual(['nginx.service', 'sshd.service']);
    expect(names('service failed')).toEqual(['nginx.service']);
    expect(names('edge')).toEqual(['web1']);
    expect(names('10.0.0.3')).toEqual(['web1']);
    expect(names('stale')).toEqual(['db']);
    expect(names('guests')).toEqual(['brain', 'db']);
    expect(names('unheard of')).toEqual([]);
  });

  it('by names gives the thing itself, and what is broken on it', () => {
    const touched = (...words: string[]) =>
      touchedItems(state, new Set(words)).map(({ item: { name } }) => name);
    expect(touched('nginx')).toEqual(['nginx.service']);
    expect(touched('web1')).toEqual(['web1', 'nginx.service']);
    expect(touched('10.0.0.3')).toEqual(['web1']);
    expect(touched()).toEqual([]);
  });
});

describe('what is free', () => {
  const free = (
    kind: 'vmid' | 'ip' | 'port',
    host = 'web1',
    ranges = RANGES,
    neighbours: Neighbours = { addresses: [] },
  ) => findFree(kind, state, { ranges, host, neighbours });

  it('is the lowest that nobody has, counting what is stale and what is reserved as taken', () => {
    expect(free('vmid').value).toBe('102');
    expect(free('port').value).toBe('8001');
    expect(free('port', 'other').value).toBe('8000');
    expect(free('ip').value).toBe('10.0.0.4');
    expect(free('ip', 'web1', RANGES, { addresses: ['10.0.0.4', 'fe80::1', '10.0.0.6'] }).value).toBe(
      '10.0.0.5',
    );
  });

  it('says what it does not know', () => {
    expect(free('vmid').notes).toEqual([
      'no Proxmox is declared in inventory.yaml: only what is declared there counts as taken',
    ]);
    expect(free('ip', 'web1', RANGES, { problem: 'there is no ip here' }).notes).toEqual([
      'nobody has looked which addresses are in use near here (there is no ip here): only what is known otherwise counts as taken',
    ]);
    expect(free('ip').notes).toEqual([
      'what nobody has spoken to lately from here, and nobody declares, does not count as taken',
    ]);
    expect(free('ip', 'web1', { ...RANGES, ip: [] })).toMatchObject({
      value: null,
      notes: ['no network is declared: write ranges.ip in inventory.yaml'],
    });
    expect(free('vmid', 'web1', { ...RANGES, vmid: [100, 101] }).value).toBeNull();
  });
});
