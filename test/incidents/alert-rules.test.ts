import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLike } from '../../src/incidents/alert-rules.ts';
import {
  applyInputs,
  dueRuns,
  EMPTY_BOOK,
  JOIN_RULES,
  RUN_RULES,
  type RunRules,
  whyWaits,
} from '../../src/incidents/index.ts';
import { parseWindow } from '../../src/lib/week-window.ts';
import type { Incident, IncidentInput } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

const SETTLED = NOW + 60_000;
const HOUR_MS = 3_600_000;

function fires(name: string, labels: Record<string, string> = {}, at = NOW): IncidentInput {
  const all = { alertname: name, instance: `${name}:9100`, ...labels };
  return taken(
    delivery([reading(name, { labels: all })], { groupKey: name, groupLabels: { alertname: name } }),
    at,
  );
}

/** Goals of the runs that are due, or why there is none. */
function ask(inputs: IncidentInput[], rules: Partial<RunRules>, at = SETTLED): (string | null)[] {
  const book = applyInputs(EMPTY_BOOK, inputs, JOIN_RULES);
  const all = { ...RUN_RULES, atOnce: 9, ...rules };
  const due = dueRuns(book, at, all);
  return [...book.incidents.values()].map((one: Incident) => {
    const begins = due.find(({ incident }) => incident.id === one.id);
    return begins?.goal ?? whyWaits(book, one, at, all);
  });
}

const window = (text: string) => [parseWindow(text)].flatMap((one) => one ?? []);

describe('rules', () => {
  const rules = [
    { match: { alertname: 'Noise*' }, goal: 'none', cooldownMs: null },
    { match: { alertname: 'Disk*', severity: 'critical' }, goal: 'disk-full', cooldownMs: null },
    { match: { team: 'home' }, goal: null, cooldownMs: 2 * HOUR_MS },
  ];

  it('choose a goal by labels, the first that matches, and none by name', () => {
    const told = [
      fires('NoiseAtNight', { severity: 'critical' }),
      fires('DiskFull', { severity: 'critical' }),
      fires('DiskSlow', { severity: 'warning' }),
    ];
    expect(ask(told, { rules })).toEqual(['a rule says that no run begins for it', 'disk-full', 'incident']);
  });

  it('give a cooldown of their own, by alert and object', () => {
    const book = (labels: Record<string, string>) => {
      const opened = applyInputs(EMPTY_BOOK, [fires('Up', labels)], JOIN_RULES);
      const [one] = [...opened.incidents.values()];
      const incident = one?.id ?? '';
      const over: IncidentInput[] = [
        { at: SETTLED, type: 'run.planned', incident, run: 'r1' },
        { at: SETTLED + 1, type: 'run.ended', incident, run: 'r1', outcome: 'stopped' },
      ];
      return applyInputs(opened, over, JOIN_RULES);
    };
    const later = SETTLED + 1.5 * HOUR_MS;
    const due = (labels: Record<string, string>) =>
      dueRuns(book(labels), later, { ...RUN_RULES, rules }).length;
    expect([due({ team: 'home' }), due({ team: 'work' })]).toEqual([0, 1]);
  });
});

describe('calm', () => {
  // NOW is a Sunday, 03:00.
  it('is kept in quiet hours by all that is not critical', () => {
    const told = [fires('A', { severity: 'critical' }), fires('B', { severity: 'warning' })];
    const quiet = { quietHours: window('22:00-07:00') };
    expect(ask(told, quiet)).toEqual(['incident', 'these are quiet hours, and it is not critical']);
    expect(ask(told, quiet, NOW + 5 * HOUR_MS)).toEqual(['incident', 'incident']);
  });

  it('is not kept by what stands for something critical', () => {
    const shared = { instance: 'nas:9100' };
    const told = [fires('A', shared), fires('B', { ...shared, severity: 'critical' })];
    const id = expect.stringMatching(/^i-[\da-f]+ stands for it$/);
    expect(ask(told, { quietHours: window('22:00-07:00') })).toEqual(['incident', id]);
  });

  it('is kept in the window of what is maintained, and by nothing else', () => {
    const told = [fires('A', { instance: 'nas:9100' }), fires('B', { instance: 'web:9100' })];
    const maintenance = window('Sun 02:00-05:00').map((during) => ({ match: { instance: 'nas*' }, during }));
    expect(ask(told, { maintenance })).toEqual(['it is its maintenance window', 'incident']);
    expect(ask(told, { maintenance }, NOW + 24 * HOUR_MS)).toEqual(['incident', 'incident']);
  });

  it('is kept where people have it in hand: a machine, a unit, all of this one', () => {
    const told = [
      fires('A', { instance: 'nas.lan:9100' }),
      fires('B', { instance: 'web:9100', unit: 'db.service' }),
      fires('C', { instance: 'own:9100' }),
      fires('D', { instance: 'far:9100' }),
    ];
    const until = NOW + 2 * HOUR_MS;
    const handsOff = ['nas', 'db.service', '*'].map((target) => ({ target, until }));
    const said = (what: string) => `people have ${what} in hand until 2026-03-01T05:00:00.000Z`;
    expect(ask(told, { handsOff, own: 'own' })).toEqual([
      said('nas'),
      said('db.service'),
      said('own'),
      'incident',
    ]);
    expect(ask(told, { handsOff, own: 'own' }, until + 1)).toEqual(told.map(() => 'incident'));
  });
});

describe('a pattern', () => {
  it('matches as one with all else taken literally would', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 6 });
    fc.assert(
      fc.property(
        piece,
        piece.map((text) => text.replaceAll('*', '')),
        (pattern, text) => {
          const escaped = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
          expect(isLike(text, pattern)).toBe(new RegExp(`^${escaped}$`).test(text));
        },
      ),
    );
  });
});
