import { array, assert, constantFrom, integer, property, record, subarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWindow } from '../../src/lib/week-window.ts';
import { type RouteRules, routeNotice } from '../../src/notify/index.ts';
import { NOW } from './scenes.ts';

const ZONE = { aheadMinutes: () => 60 };
const NOBODY = { channels: [], inDigest: false };
const rules = (more: Partial<RouteRules> = {}): RouteRules => ({
  channels: ['phone', 'chat', 'post'],
  updating: ['phone', 'chat'],
  routes: { critical: null, warning: null, info: null },
  escalateTo: [],
  digestTo: [],
  quiet: [],
  ...more,
});
const opened = { kind: 'opened', isSequel: false, isLoud: true } as const;
const window = (text: string) => {
  const parsed = parseWindow(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

describe('who is told', () => {
  test('without routes everybody of what matters, and the digest of the rest', () => {
    const route = (severity: 'critical' | 'warning' | 'info') =>
      routeNotice({ ...opened, severity }, NOBODY, rules(), { now: NOW, zone: ZONE });
    expect([route('critical'), route('warning'), route('info')]).toEqual([
      { channels: ['phone', 'chat', 'post'], toDigest: false, notBefore: NOW },
      { channels: ['phone', 'chat', 'post'], toDigest: false, notBefore: NOW },
      { channels: [], toDigest: true, notBefore: NOW },
    ]);
  });

  test('by severity as settings say, in the digest also what matters', () => {
    const routes = { critical: ['phone', 'post'], warning: ['digest'], info: [] };
    const route = (severity: 'critical' | 'warning' | 'info') => {
      const { channels, toDigest } = routeNotice({ ...opened, severity }, NOBODY, rules({ routes }), {
        now: NOW,
        zone: ZONE,
      });
      return [channels, toDigest];
    };
    expect([route('critical'), route('warning'), route('info')]).toEqual([
      [['phone', 'post'], false],
      [[], true],
      [[], false],
    ]);
  });

  test('of an end whoever heard of the beginning, and nobody else', () => {
    const over = { kind: 'recovered', isSequel: true, isLoud: true, severity: 'info' } as const;
    const route = (told: { channels: string[]; inDigest: boolean }) => {
      const { channels, toDigest } = routeNotice(over, told, rules(), { now: NOW, zone: ZONE });
      return [channels, toDigest];
    };
    expect([
      route(NOBODY),
      route({ channels: ['post', 'gone'], inDigest: false }),
      route({ channels: [], inDigest: true }),
    ]).toEqual([
      [[], false],
      [['post'], false],
      [[], true],
    ]);
  });

  test('silently only where that is no new message', () => {
    const minor = { kind: 'changed', isSequel: true, isLoud: false, severity: 'critical' } as const;
    const told = { channels: ['phone', 'post'], inDigest: false };
    expect(routeNotice(minor, told, rules(), { now: NOW, zone: ZONE }).channels).toEqual(['phone']);
  });

  test('besides, when nobody answers, whom settings name for that', () => {
    const routes = { critical: ['phone'], warning: null, info: null };
    const escalated = { kind: 'escalated', isSequel: false, isLoud: true, severity: 'critical' } as const;
    const told = { channels: ['phone'], inDigest: false };
    const { channels } = routeNotice(escalated, told, rules({ routes, escalateTo: ['post'] }), {
      now: NOW,
      zone: ZONE,
    });
    expect(channels).toEqual(['phone', 'post']);
  });

  test('at the end of the quiet hours, unless it is critical', () => {
    // 03:00 here.
    const quiet = [window('22:00-07:00'), window('Sat 06:30-08:00')];
    const at = (severity: 'critical' | 'warning', now = NOW) =>
      routeNotice({ ...opened, severity }, NOBODY, rules({ quiet }), { now, zone: ZONE }).notBefore;
    const noon = NOW + 9 * 3_600_000;
    expect([at('critical'), at('warning'), at('warning', noon)]).toEqual([
      NOW,
      Date.parse('2026-11-21T07:00:00Z'),
      noon,
    ]);
    const always = [window('00:00-12:00'), window('12:00-24:00')];
    const held = routeNotice({ ...opened, severity: 'warning' }, NOBODY, rules({ quiet: always }), {
      now: NOW,
      zone: ZONE,
    });
    expect(held.notBefore).toBe(NOW);
  });

  test('is a channel that there is, and whoever was told before of what is not over', () => {
    const names = ['phone', 'chat', 'post', 'gone', 'digest'];
    const severity = constantFrom('critical' as const, 'warning' as const, 'info' as const);
    const kind = constantFrom(
      'opened' as const,
      'again' as const,
      'changed' as const,
      'recovered' as const,
      'escalated' as const,
    );
    assert(
      property(
        record({ severity, kind, isSequel: constantFrom(true, false), isLoud: constantFrom(true) }),
        subarray(names),
        array(subarray(names), { minLength: 3, maxLength: 3 }),
        integer({ min: 0, max: 7 * 24 * 60 }),
        (notice, told, [critical = [], warning = [], info = []], minute) => {
          const made = rules({ routes: { critical, warning, info }, quiet: [window('22:00-07:00')] });
          const now = NOW + minute * 60_000;
          const route = routeNotice(notice, { channels: told, inDigest: false }, made, { now, zone: ZONE });
          expect(made.channels).toEqual(expect.arrayContaining(route.channels));
          expect(new Set(route.channels).size).toBe(route.channels.length);
          expect(route.notBefore).toBeGreaterThanOrEqual(now);
          expect(route.notBefore - now).toBeLessThanOrEqual(9 * 3_600_000 + 60_000);
          if (notice.severity === 'critical') expect(route.notBefore).toBe(now);
          const known = told.filter((name) => made.channels.includes(name));
          if (notice.kind !== 'escalated') expect(route.channels).toEqual(expect.arrayContaining(known));
        },
      ),
      { numRuns: 200 },
    );
  });
});
