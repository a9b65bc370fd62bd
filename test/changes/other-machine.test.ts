import { describe, expect, it } from 'vitest';
import { isThisHost, otherMachine } from '../../src/changes/other-machine.ts';
import type { Change, ChangeStep } from '../../src/protocol/change.ts';

const change = (...apply: ChangeStep[]): Change => ({
  title: 'x',
  targets: [],
  why: null,
  evidence: [],
  preflight: [],
  apply,
  verify: [],
  rollback: 'auto',
  window: null,
});

const restart: ChangeStep = { kind: 'run', line: 'systemctl restart nginx' };

describe('a change whose target is another machine', () => {
  it('is refused step by step where a step would be done here', () => {
    const drain: ChangeStep = { kind: 'run', line: 'nomad node drain {target}' };
    expect(otherMachine(change(restart, drain), { host: 'nas' }, 'nuc1')).toEqual([
      {
        field: 'apply[0]',
        message:
          'would be done on nuc1, and its target is the host nas; steward changes other machines only by steps that name them',
      },
    ]);
  });

  it('is let through where its steps name the host, and where the target is no host or this one', () => {
    const declared: ChangeStep = { kind: 'edit', file: 'hosts/nas.nix', find: 'a', replace: 'b' };
    expect(otherMachine(change(declared), { host: 'nas' }, 'nuc1')).toEqual([]);
    expect(otherMachine(change(restart), { host: 'nuc1.lan' }, 'nuc1')).toEqual([]);
    expect(otherMachine(change(restart), { unit: 'nginx.service' }, 'nuc1')).toEqual([]);
    expect(otherMachine(change(restart), null, 'nuc1')).toEqual([]);
  });

  it.each([
    ['nuc1', 'NUC1', true],
    ['nuc1.lan', 'nuc1', true],
    ['nuc1.lan', 'nuc1.example.org', false],
    ['nuc10', 'nuc1', false],
  ])('knows this host by its names: %s on %s', (host, hostname, expected) => {
    expect(isThisHost(host, hostname)).toBe(expected);
  });
});
