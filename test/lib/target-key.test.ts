import { describe, expect, it } from 'vitest';
import { type HostNames, isSameTarget, targetOf } from '../../src/lib/target-key.ts';

const NAMES: HostNames = { own: 'nuc1', aliases: { '10.0.0.7': 'db1', 'exporter:9100': 'db2' } };

describe('the object that labels are about', () => {
  it.each([
    // node_exporter's systemd collector, as alert rules pass it on.
    [{ name: 'postgresql.service', state: 'failed', instance: 'nuc1:9100' }, 'unit:postgresql.service@nuc1'],
    [{ unit: 'postgresql.service', host: 'nuc1' }, 'unit:postgresql.service@nuc1'],
    [{ name: 'postgresql.service', instance: 'localhost:9100' }, 'unit:postgresql.service@nuc1'],
    [{ name: 'postgresql.service', instance: '10.0.0.7:9100' }, 'unit:postgresql.service@db1'],
    [{ name: 'postgresql.service', instance: 'exporter:9100' }, 'unit:postgresql.service@db2'],
    [{ name: 'a.service', instance: '127.0.0.1:9100', host: 'far' }, 'unit:a.service@far'],
    [{ mountpoint: '/var', device: '/dev/sda1', instance: 'nuc1:9100' }, 'mount:/var@nuc1'],
    [{ instance: 'https://git.lan/', job: 'blackbox' }, 'url:https://git.lan'],
    [{ name: 'postgresql.service' }, null],
    [{ name: 'postgresql', instance: 'nuc1:9100' }, null],
    [{ alertname: 'InstanceDown', instance: 'nuc1:9100' }, null],
    [{ name: 'toString', instance: 'constructor:1' }, null],
    [{ unit: 'a b.service', host: 'nuc1' }, null],
  ] as [Record<string, string>, string | null][])('of %j is %s', (labels, target) => {
    expect(targetOf(labels, NAMES)).toBe(target);
  });

  it.each([
    ['unit:a.service@nuc1', 'unit:a.service@nuc1', true],
    ['unit:a.service@nuc1', 'unit:a.service@nuc1.lan', true],
    ['unit:a.service@nuc1.lan', 'unit:a.service@nuc1.example.test', false],
    ['unit:a.service@nuc1', 'unit:a.service@nuc10', false],
    ['unit:a.service@10.0.0', 'unit:a.service@10.0.0.1', false],
    ['unit:a@b.service@nuc1', 'unit:a@b.service@nuc1.lan', true],
    ['unit:a.service@nuc1', 'mount:a.service@nuc1', false],
    ['url:https://u@git.lan/a', 'url:https://u@git.lan/b', false],
  ])('%s and %s are the same: %s', (a, b, isSame) => {
    expect([isSameTarget(a, b), isSameTarget(b, a)]).toEqual([isSame, isSame]);
  });
});
