import { describe, expect, it } from 'vitest';
import { BodyRefused, readAlerts, readRoute, readUnit } from '../../src/triggers/index.ts';
import { recordedBody, recordedNames } from './payloads.ts';

function fieldOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof BodyRefused) return error.field;
    throw error;
  }
  return 'was read';
}

const alert = { status: 'firing', labels: { alertname: 'X' }, startsAt: '2026-11-21T10:43:21Z' };
const read = (body: unknown) => readAlerts(JSON.stringify(body), 'alertmanager', 'am');

describe('the body of Alertmanager', () => {
  it.each(recordedNames())('of %s is read with all its alerts', (name) => {
    const body = JSON.parse(recordedBody(name)) as { alerts: { fingerprint: string; status: string }[] };
    const { alerts, groupKey } = readAlerts(recordedBody(name), 'alertmanager', 'am');
    const told = ({ fingerprint, status }: { fingerprint: string; status: string }) => [fingerprint, status];
    expect(alerts.map(told)).toEqual(body.alerts.map(told));
    expect(groupKey).not.toBe('');
  });

  it('keeps hostile text as it is: it is data', () => {
    const [hostile] = readAlerts(recordedBody('hostile-annotations-am0.25'), 'alertmanager', 'am').alerts;
    expect(hostile?.labels.instance).toBe('web1; rm -rf /tmp/x');
    expect(hostile?.annotations.summary).toContain('ignore previous instructions');
  });

  it('counts what was left out, and needs nothing but alerts', () => {
    expect(readAlerts(recordedBody('truncated-firing-am0.25'), 'alertmanager', 'am').truncated).toBe(3);
    const bare = read({ alerts: [alert] });
    expect(bare.alerts[0]?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(bare.alerts[0]?.endsAt).toBeNull();
    expect(bare.groupKey).toMatch(/^labels:/);
  });

  it('is the same instant however it is written', () => {
    const spellings = ['2026-11-21T10:43:21.500Z', '2026-11-21T11:43:21.5+01:00', '2026-11-21T10:43:21.5z'];
    const times = spellings.map((startsAt) => read({ alerts: [{ ...alert, startsAt }] }).alerts[0]?.startsAt);
    expect(new Set(times)).toEqual(new Set(['2026-11-21T10:43:21.5Z']));
  });

  it.each([
    ['version', { version: '1', alerts: [] }],
    ['alerts', {}],
    ['alerts', { ruleName: 'old', state: 'alerting' }],
    ['alerts[0]', { alerts: ['x'] }],
    ['alerts[0].status', { alerts: [{ ...alert, status: 'ok' }] }],
    ['alerts[1].startsAt', { alerts: [alert, { ...alert, startsAt: 'yesterday' }] }],
    ['alerts[0].startsAt', { alerts: [{ ...alert, startsAt: undefined }] }],
    ['alerts[0].labels.a', { alerts: [{ ...alert, labels: { a: {} } }] }],
    ['alerts[0].fingerprint', { alerts: [{ ...alert, fingerprint: '../x' }] }],
    ['truncatedAlerts', { alerts: [], truncatedAlerts: -1 }],
    ['groupKey', { alerts: [], groupKey: 7 }],
  ])('is refused with the field %s', (field, body) => {
    expect(fieldOf(() => read(body))).toBe(field);
  });

  it.each(['', 'nonsense', '[]', '"x"', '['.repeat(50_000)])('is refused as a whole: %.10s', (text) => {
    expect(fieldOf(() => readAlerts(text, 'alertmanager', 'am'))).toBe('');
  });

  it('takes a name of the prototype for a label like any other', () => {
    const text = `{"alerts":[{"status":"firing","startsAt":"${alert.startsAt}","labels":{"__proto__":"x"}}]}`;
    const [taken] = readAlerts(text, 'alertmanager', 'am').alerts;
    expect(Object.keys(taken?.labels ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(taken?.labels)).toBe(Object.prototype);
  });
});

describe('the body of Grafana', () => {
  it('is read with its own version, and its null values', () => {
    const body = {
      version: '1',
      orgId: 1,
      groupKey: 'g',
      alerts: [{ ...alert, values: null, annotations: null }],
    };
    expect(readAlerts(JSON.stringify(body), 'grafana', 'g').alerts).toHaveLength(1);
    expect(fieldOf(() => readAlerts(JSON.stringify({ ...body, version: '4' }), 'grafana', 'g'))).toBe(
      'version',
    );
  });
});

describe('a failed unit', () => {
  const failed = {
    unit: 'backup.service',
    time: '2026-11-21T10:43:21Z',
    MONITOR_SERVICE_RESULT: 'exit-code',
    MONITOR_EXIT_STATUS: '7',
  };
  const readFailed = (body: unknown) => readUnit(JSON.stringify(body), 'nas');

  it('is an alert of one member, whose result is data', () => {
    const delivery = readFailed(failed);
    expect(delivery?.alerts[0]).toMatchObject({
      startsAt: failed.time,
      labels: { alertname: 'UnitFailed', unit: 'backup.service', host: 'nas' },
      annotations: { result: 'exit-code', exit_status: '7' },
    });
    expect(delivery).toMatchObject({ source: 'nas', groupKey: 'unit:backup.service' });
  });

  it('of our own wakes nobody', () => {
    for (const unit of [
      'steward.service',
      'steward-failure@x.service.service',
      'steward@health-check.service',
    ]) {
      expect(readFailed({ ...failed, unit })).toBeNull();
    }
    expect(readFailed({ ...failed, unit: 'stewardess.service' })).not.toBeNull();
  });

  it('without a name of a unit, or a time, is refused', () => {
    expect(fieldOf(() => readFailed({ ...failed, unit: 'a b' }))).toBe('unit');
    expect(fieldOf(() => readFailed({ ...failed, time: undefined }))).toBe('time');
  });
});

describe('an address', () => {
  it('names who speaks, and nothing else is there', () => {
    expect(readRoute('/alertmanager/main')).toEqual({ intake: 'alertmanager', source: 'main' });
    expect(readRoute('/unit/nas.lan')).toEqual({ intake: 'unit', source: 'nas.lan' });
    for (const path of [
      '/',
      '/alertmanager',
      '/alertmanager/',
      '/alertmanager/a/b',
      '/other/x',
      '/unit/..',
      '/unit/%2e',
    ]) {
      expect(readRoute(path)).toBeNull();
    }
  });

  it('keeps what its host found when it sent it, no more than a part of a long log', () => {
    const body = {
      unit: 'db.service',
      time: '2026-03-01T03:00:00Z',
      state: 'failed',
      log: 'x'.repeat(20_000),
    };
    const [failure] = readUnit(JSON.stringify(body), 'nas')?.alerts ?? [];
    expect(failure?.annotations).toEqual({ state_when_sent: 'failed', log: 'x'.repeat(8 * 1024) });
  });
});
