import { describe, expect, it } from 'vitest';
import { advise } from '../../src/context/index.ts';
import { loadShipped, makeProbe } from './support.ts';

const NOW = Date.parse('2026-11-21T19:00:00Z');
const HOUR = 3_600_000;
const context = { now: NOW, answeredAt: NOW - HOUR, isThere: () => false };

describe('advice on a probe', () => {
  it('is none for one that answers and was asked lately', () => {
    const given = advise(makeProbe(), { status: 'ok', reason: null }, context);
    expect(given).toMatchObject({ condition: 'answers', advice: null });
  });

  it.each([null, NOW - 30 * HOUR])('says that no run has asked it since %s', (answeredAt) => {
    const given = advise(makeProbe(), { status: 'ok', reason: null }, { ...context, answeredAt });
    expect(given.condition).toBe('stale');
    expect(given.advice).toContain('is it in a goal that a timer starts?');
  });

  it.each([
    ['unreachable', 'leader: refused', 'nothing listens there'],
    ['unreachable', 'x: timeout', 'a firewall'],
    ['unreachable', 'exit 1: Failed to connect to bus: No such file or directory', 'the system bus'],
    ['failed', 'no end after 5000 ms', 'is what it asks about hanging'],
    ['failed', 'refused: x is not allowed', 'policy does not let it run'],
    ['failed', 'fact "a": no such key: Id', 'another version'],
    ['failed', 'exit 3', 'by hand'],
  ] as const)('%s, "%s": %s', (status, reason, words) => {
    const given = advise(makeProbe(), { status, reason }, context);
    expect(given.condition).toBe(status);
    expect(given.advice).toContain(words);
  });

  it('names what the account needs where it is not let in', async () => {
    const consul = await loadShipped('consul');
    const given = advise(
      consul,
      { status: 'failed', reason: 'checks: HTTP 403, not 200: Permission denied' },
      context,
    );
    expect(given.advice).toContain('operator = "read"');
    expect(given.advice).toContain('CONSUL_HTTP_TOKEN');
  });

  it('tells what is here and was not declared from what is not here', async () => {
    const redis = await loadShipped('redis');
    const item = {
      status: 'not-configured',
      reason: 'settings do not say probes.parameters.redis.servers',
    } as const;
    const here = advise(redis, item, { ...context, isThere: (sign) => sign === 'redis-server' });
    expect(here).toMatchObject({ condition: 'undeclared' });
    expect(here.advice).toContain(
      'set probes.parameters.redis.servers in steward.yaml, like [{"host":"127.0.0.1"',
    );
    expect(advise(redis, item, context).condition).toBe('absent');
  });

  it('names the variable where only the program itself reads it', async () => {
    const item = {
      status: 'not-configured',
      reason: 'settings do not say probes.parameters.restic.repository',
    } as const;
    expect(advise(await loadShipped('restic'), item, context).advice).toBe(
      'set environment.RESTIC_REPOSITORY in steward.yaml, like "sftp:nas:/backup"',
    );
    expect(advise(await loadShipped('consul'), item, context).advice).toContain(
      '(or CONSUL_HTTP_ADDR under environment)',
    );
  });

  it('says who asks what only root may ask, and that an executor which says nothing is a fault', () => {
    const probe = makeProbe({ privilege: 'root' });
    const on = (
      status: 'ok' | 'failed' | 'not-configured',
      reason: string | null,
      byExecutor: 'answered' | 'silent' | null = null,
    ) => {
      const { condition, rootBy, advice } = advise(probe, { status, reason }, { ...context, byExecutor });
      return [condition, rootBy, advice?.split(':')[0]];
    };
    expect(on('ok', null)).toEqual(['answers', 'steward', undefined]);
    expect(on('ok', null, 'answered')).toEqual(['answers', 'executor', undefined]);
    expect(on('failed', 'exit 3', 'answered')).toMatchObject(['failed', 'executor', expect.anything()]);
    expect(on('not-configured', 'vgs is not installed')).toEqual(['absent', null, undefined]);
    expect(on('not-configured', 'only root may ask this')).toEqual([
      'absent',
      'nobody',
      'only root may ask this',
    ]);
    expect(on('not-configured', 'only root may ask this; the executor was asked: lost', 'silent')).toEqual([
      'failed',
      'nobody',
      'look why',
    ]);
    expect(advise(makeProbe(), { status: 'ok', reason: null }, context).rootBy).toBeNull();
  });

  it('has no advice where there is nothing to declare', async () => {
    const item = { status: 'not-configured', reason: 'zpool is not installed' } as const;
    expect(advise(await loadShipped('zfs'), item, context)).toMatchObject({
      condition: 'absent',
      advice: null,
    });
  });
});

it('every shipped probe that asks a service says what the account needs', async () => {
  for (const name of [
    'consul',
    'nomad',
    'kubernetes',
    'flux',
    'proxmox',
    'proxmox-backup',
    'postgres',
    'redis',
    'nats',
    'prometheus',
    'loki',
    'alertmanager',
  ]) {
    expect((await loadShipped(name)).access, name).not.toBeNull();
  }
});

it('knows a database that lets nobody in any more', async () => {
  const reason = 'connections: exit 2: FATAL:  remaining connection slots are reserved for superusers';
  expect(advise(await loadShipped('postgres'), { status: 'failed', reason }, context).advice).toBe(
    'it lets nobody in any more: look who holds its connections',
  );
});
