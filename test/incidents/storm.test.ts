import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyInputs,
  dueRuns,
  EMPTY_BOOK,
  isActive,
  JOIN_RULES,
  RUN_RULES,
} from '../../src/incidents/index.ts';
import type { IncidentBook, IncidentInput } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

const apply = (inputs: IncidentInput[], book: IncidentBook = EMPTY_BOOK) =>
  applyInputs(book, inputs, JOIN_RULES);
const listOf = (book: IncidentBook) => [...book.incidents.values()];

/** A group of its own, on a machine of its own unless told. */
function fires(name: string, at: number, host = name): IncidentInput {
  const labels = { alertname: name, instance: `${host}:9100` };
  return taken(
    delivery([reading(name, { labels })], { groupKey: `{}:{${name}}`, groupLabels: { alertname: name } }),
    at,
  );
}

function ends(name: string, at: number): IncidentInput {
  const labels = { alertname: name, instance: `${name}:9100` };
  const alert = reading(name, { labels, status: 'resolved' });
  return taken(delivery([alert], { groupKey: `{}:{${name}}`, groupLabels: { alertname: name } }), at);
}

describe('a storm', () => {
  it('of 200 groups in ten seconds has one root, and one run', () => {
    const book = apply(Array.from({ length: 200 }, (_, index) => fires(`a${index}`, NOW + index * 50)));
    expect(book.incidents.size).toBe(200);
    const roots = listOf(book).filter(({ foldedInto }) => foldedInto === null);
    expect(roots.map(({ title }) => title)).toEqual(['a0']);
    expect(
      dueRuns(book, NOW + 60_000, { ...RUN_RULES, atOnce: 9 }).map(({ incident }) => incident.title),
    ).toEqual(['a0']);
  });

  it('is what shares a machine, and not what merely comes at the same time', () => {
    const book = apply([fires('a', NOW), fires('b', NOW + 1_000, 'a'), fires('c', NOW + 2_000)]);
    const [a, b, c] = listOf(book);
    expect([a?.foldedInto, b?.foldedInto, c?.foldedInto]).toEqual([null, a?.id, null]);
    expect(dueRuns(book, NOW + 60_000, { ...RUN_RULES, atOnce: 9 })).toHaveLength(2);
  });

  it('is over after a pause: the same machine an hour later is a root of its own', () => {
    const book = apply([fires('a', NOW), fires('b', NOW + 3_600_000, 'a')]);
    expect(listOf(book).map(({ foldedInto }) => foldedInto)).toEqual([null, null]);
  });

  it('whose root is over goes on under the first that still fires', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const book = apply([...names.map((name, index) => fires(name, NOW + index)), ends('a', NOW + 60_000)]);
    const [, b, ...others] = listOf(book);
    expect(b?.foldedInto).toBeNull();
    expect(others.map(({ foldedInto }) => foldedInto)).toEqual(others.map(() => b?.id));
  });

  it('never makes a chain, a ring, or an orphan', () => {
    const step = fc.record({
      name: fc.constantFrom(...'abcdefghij'),
      isEnd: fc.boolean(),
      gapMs: fc.nat(400_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let at = NOW;
        const inputs = steps.map(({ name, isEnd, gapMs }) => {
          at += gapMs;
          const host = 'abc'.includes(name) ? 'shared' : name;
          return isEnd ? ends(name, at) : fires(name, at, host);
        });
        const book = apply(inputs);
        for (const one of listOf(book).filter(isActive)) {
          if (one.foldedInto === null) continue;
          const root = book.incidents.get(one.foldedInto);
          expect(root !== undefined && isActive(root)).toBe(true);
          expect(root?.foldedInto).toBeNull();
          expect(root?.id).not.toBe(one.id);
        }
      }),
    );
  });
});

describe('runs', () => {
  const rules = { ...RUN_RULES, atOnce: 9 };

  it('begin when it has settled, once, and not again while it cools down', () => {
    const book = apply([fires('a', NOW)]);
    const [{ id } = { id: '' }] = listOf(book);
    expect(dueRuns(book, NOW + 4_999, rules)).toEqual([]);
    expect(dueRuns(book, NOW + 5_000, rules)).toHaveLength(1);
    const planned = apply([{ at: NOW + 5_000, type: 'run.planned', incident: id, run: 'r1' }], book);
    expect(dueRuns(planned, NOW + 6_000, rules)).toEqual([]);
    const again = apply(
      [
        { at: NOW + 6_000, type: 'run.ended', incident: id, run: 'r1', outcome: 'healthy' },
        ends('a', NOW + 60_000),
        taken(
          delivery(
            [
              reading('a', {
                startsAt: '2026-03-01T03:10:00Z',
                labels: { alertname: 'a', instance: 'a:9100' },
              }),
            ],
            {
              groupKey: '{}:{a}',
              groupLabels: { alertname: 'a' },
            },
          ),
          NOW + 600_000,
        ),
      ],
      planned,
    );
    expect(listOf(again)).toMatchObject([{ state: 'open', reopened: 1 }]);
    expect(dueRuns(again, NOW + 1_200_000, rules)).toEqual([]);
    expect(dueRuns(again, NOW + 3_700_000, rules)).toHaveLength(1);
  });

  it('are no more than so many at once and in an hour', () => {
    const book = apply(['a', 'b', 'c', 'd'].map((name, index) => fires(name, NOW + index * 600_000)));
    const late = NOW + 3 * 600_000 + 10_000;
    expect(dueRuns(book, late, RUN_RULES)).toHaveLength(1);
    expect(dueRuns(book, late, { ...rules, perHour: 3 })).toHaveLength(3);
  });

  it('that were cut off are begun again after the cooldown', () => {
    const opened = apply([fires('a', NOW)]);
    const [{ id } = { id: '' }] = listOf(opened);
    for (const [outcome, state, again] of [
      ['stopped', 'open', 1],
      ['interrupted', 'open', 1],
      ['escalated', 'investigated', 0],
    ] as const) {
      const book = apply(
        [
          { at: NOW + 5_000, type: 'run.planned', incident: id, run: 'r1' },
          { at: NOW + 6_000, type: 'run.ended', incident: id, run: 'r1', outcome },
        ],
        opened,
      );
      expect(listOf(book)).toMatchObject([{ state }]);
      expect(dueRuns(book, NOW + 1_800_000, rules)).toEqual([]);
      expect(dueRuns(book, NOW + 3_700_000, rules)).toHaveLength(again);
    }
  });

  it('are three for one incident: a run may be what makes it fire again', () => {
    let book = apply([fires('a', NOW)]);
    const [{ id } = { id: '' }] = listOf(book);
    let at = NOW;
    const begun: number[] = [];
    for (let round = 0; round < 5; round++) {
      at += 2 * 3_600_000;
      begun.push(dueRuns(book, at, rules).length);
      const startsAt = new Date(at).toISOString();
      const labels = { alertname: 'a', instance: 'a:9100' };
      const group = { groupKey: '{}:{a}', groupLabels: { alertname: 'a' } };
      const firing = book.incidents.get(id)?.members.filter(({ status }) => status === 'firing') ?? [];
      const over = firing.map((one) => reading('a', { labels, startsAt: one.startsAt, status: 'resolved' }));
      book = apply(
        [
          { at, type: 'run.planned', incident: id, run: `r${round}` },
          { at: at + 1, type: 'run.ended', incident: id, run: `r${round}`, outcome: 'fixed' },
          taken(delivery(over, group), at + 2),
          taken(delivery([reading('a', { labels, startsAt })], group), at + 3),
        ],
        book,
      );
    }
    expect(begun).toEqual([1, 1, 1, 0, 0]);
  });

  it('do not begin for what somebody has, or what ended', () => {
    const book = apply([fires('a', NOW), fires('b', NOW + 1)]);
    const [a] = listOf(book);
    const after = apply(
      [
        { at: NOW + 2, type: 'operator.acked', incident: a?.id ?? '', by: 'ann', comment: null },
        ends('b', NOW + 3),
      ],
      book,
    );
    expect(dueRuns(after, NOW + 60_000, rules)).toEqual([]);
  });
});
