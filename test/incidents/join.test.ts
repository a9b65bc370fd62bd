import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyInputs, EMPTY_BOOK, JOIN_RULES } from '../../src/incidents/index.ts';
import type { AlertReading, Delivery } from '../../src/protocol/delivery.ts';
import type { IncidentBook, IncidentInput } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, START, taken } from './deliveries.ts';

const apply = (inputs: IncidentInput[], book: IncidentBook = EMPTY_BOOK) =>
  applyInputs(book, inputs, JOIN_RULES);
const listOf = (book: IncidentBook) => [...book.incidents.values()];
const MINUTE_MS = 60_000;

/** What must be the same however deliveries came: which episodes there are, in which group, and whether they fire. */
function truthOf(book: IncidentBook) {
  return listOf(book)
    .flatMap(({ source, groupKey, members }) =>
      members.map((one) =>
        [source, groupKey, one.fingerprint, one.startsAt, one.status, one.wasSeenFiring].join(' '),
      ),
    )
    .sort();
}

const readings: fc.Arbitrary<AlertReading> = fc
  .record({
    fingerprint: fc.constantFrom('a', 'b', 'c'),
    startsAt: fc.constantFrom(START, '2026-03-01T03:00:00.25Z', '2026-03-01T03:01:00Z'),
    status: fc.constantFrom('firing' as const, 'resolved' as const),
  })
  .map(({ fingerprint, ...more }) => {
    const endsAt = new Date(Date.parse(more.startsAt) + 30_000).toISOString();
    return reading(fingerprint, { ...more, endsAt: more.status === 'firing' ? null : endsAt });
  });

const deliveries: fc.Arbitrary<Delivery> = fc
  .record({
    alerts: fc.array(readings, { minLength: 1, maxLength: 4 }),
    source: fc.constantFrom('am', 'other'),
    groupKey: fc.constantFrom('g1', 'g2'),
    truncated: fc.constantFrom(0, 3),
  })
  .map(({ alerts, ...more }) => delivery(alerts, more));

/** Shuffled, with copies, all within a few minutes. */
const arrivals = fc.array(deliveries, { minLength: 1, maxLength: 12 }).chain((sent) =>
  fc.record({
    sent: fc.constant(sent),
    arrived: fc
      .array(fc.nat(sent.length - 1), { maxLength: 8 })
      .map((copies) => [...sent, ...copies.flatMap((index) => sent[index] ?? [])])
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  }),
);
const at = (index: number) => NOW + index * 10_000;
const inOrder = (all: readonly Delivery[]) => all.map((one, index) => taken(one, at(index)));

describe('deliveries', () => {
  it('make the same of any order and any number of copies', () => {
    fc.assert(
      fc.property(arrivals, ({ sent, arrived }) => {
        expect(truthOf(apply(inOrder(arrived)))).toEqual(truthOf(apply(inOrder(sent))));
      }),
    );
  });

  it('have each episode in exactly one incident, and each group in one', () => {
    fc.assert(
      fc.property(arrivals, ({ arrived }) => {
        const book = apply(inOrder(arrived));
        const groups = listOf(book).map(({ source, groupKey }) => `${source} ${groupKey}`);
        expect(new Set(groups).size).toBe(groups.length);
        const told = new Set(
          arrived.flatMap(({ source, groupKey, alerts }) =>
            alerts.map(({ fingerprint, startsAt }) => `${source} ${groupKey} ${fingerprint} ${startsAt}`),
          ),
        );
        const known = listOf(book).flatMap(({ source, groupKey, members }) =>
          members.map(({ fingerprint, startsAt }) => `${source} ${groupKey} ${fingerprint} ${startsAt}`),
        );
        expect(known.sort()).toEqual([...told].sort());
      }),
    );
  });

  it('lose nothing but what was lost: the last episode of an alert that arrived fires unless its end did', () => {
    fc.assert(
      fc.property(arrivals, fc.array(fc.boolean()), ({ arrived }, losses) => {
        const left = arrived.filter((_, index) => losses[index] !== true);
        const firing = truthOf(apply(inOrder(left))).filter((line) => line.includes(' firing '));
        const told = left.flatMap(({ source, groupKey, alerts }) =>
          alerts.map((one) => ({ ...one, alert: `${source} ${groupKey} ${one.fingerprint}` })),
        );
        const expected = [...Map.groupBy(told, ({ alert }) => alert)].flatMap(([alert, all]) => {
          const last = all.map(({ startsAt }) => Date.parse(startsAt)).sort((a, b) => b - a)[0] ?? 0;
          const ends = all.flatMap(({ endsAt }) => (endsAt === null ? [] : [Date.parse(endsAt)]));
          const one = all.find(({ startsAt }) => Date.parse(startsAt) === last);
          return ends.some((end) => end >= last) ? [] : [`${alert} ${one?.startsAt} firing true`];
        });
        expect(firing).toEqual(expected.sort());
      }),
    );
  });

  it('count what they say again, and only that', () => {
    const one = delivery([reading('a')]);
    const [incident] = listOf(
      apply([taken(one), taken(one, NOW + 1), taken(delivery([reading('a'), reading('b')]), NOW + 2)]),
    );
    expect(incident).toMatchObject({ deliveries: 3, duplicates: 1, state: 'open' });
    expect(incident?.members).toHaveLength(2);
  });

  it('from replicas of one source are copies, whatever address they give', () => {
    const book = apply([
      taken(delivery([reading('a')], { externalUrl: 'http://am1.example.test' })),
      taken(delivery([reading('a')], { externalUrl: 'http://am2.example.test' }), NOW + 70),
    ]);
    expect(listOf(book)).toMatchObject([{ deliveries: 2, duplicates: 1 }]);
  });
});

describe('an incident', () => {
  it('has members with their own lives, and ends with the last of them', () => {
    const both = delivery([reading('a'), reading('b')]);
    const partly = delivery([reading('a', { status: 'resolved' }), reading('b')]);
    const last = delivery([reading('b', { status: 'resolved' })]);
    const states = [apply([taken(both)]), apply([taken(both), taken(partly, NOW + 1)])].map(
      (book) => listOf(book)[0],
    );
    expect(states[0]?.state).toBe('open');
    expect(states[1]).toMatchObject({
      state: 'open',
      members: [{ status: 'resolved' }, { status: 'firing' }],
    });
    const [ended] = listOf(apply([taken(both), taken(partly, NOW + 1), taken(last, NOW + 2)]));
    expect(ended).toMatchObject({ state: 'resolved', resolvedAt: NOW + 2, deliveries: 3, duplicates: 0 });
  });

  it('of a flapping alert has an episode a start, and is one for as long as the pauses are short', () => {
    const starts = ['2026-03-01T02:59:00Z', '2026-03-01T03:02:00Z', '2026-03-01T03:04:00Z'];
    const inputs = starts.flatMap((startsAt, index) => [
      taken(delivery([reading('a', { startsAt })]), NOW + index * 2 * MINUTE_MS),
      taken(delivery([reading('a', { startsAt, status: 'resolved' })]), NOW + (index * 2 + 1) * MINUTE_MS),
    ]);
    expect(listOf(apply(inputs))).toMatchObject([{ state: 'resolved', reopened: 2, members: [{}, {}, {}] }]);
  });

  it('has one episode of an alert at a time: a later start, or an end told later, ends the others', () => {
    const later = reading('a', { startsAt: '2026-03-01T03:02:00Z' });
    const [moved] = listOf(apply([taken(delivery([reading('a')])), taken(delivery([later]), NOW + 1)]));
    expect(moved?.members.map(({ status, ended }) => [status, ended])).toEqual([
      ['resolved', 'superseded'],
      ['firing', null],
    ]);
    // A replica of Prometheus saw it earlier: Alertmanager moves the start back, and tells the end of that one alone.
    const back = [taken(delivery([later])), taken(delivery([reading('a')]), NOW + 1)];
    const end = taken(delivery([reading('a', { status: 'resolved' })]), NOW + 2);
    expect(listOf(apply([...back, end]))).toMatchObject([{ state: 'resolved' }]);
  });

  it('is a new one when it fires again after a long quiet', () => {
    const later = NOW + 2 * 60 * MINUTE_MS;
    const book = apply([
      taken(delivery([reading('a')])),
      taken(delivery([reading('a', { status: 'resolved' })]), NOW + 1),
      taken(delivery([reading('a', { startsAt: '2026-03-01T05:00:00Z' })]), later),
    ]);
    expect(listOf(book).map(({ state }) => state)).toEqual(['resolved', 'open']);
  });

  it('is kept, and not fired for, when its end is all that was ever told', () => {
    const [one] = listOf(apply([taken(delivery([reading('a', { status: 'resolved' })]))]));
    expect(one).toMatchObject({ state: 'resolved', reopened: 0, members: [{ wasSeenFiring: false }] });
    expect(one?.timeline.map(({ text }) => text)).toEqual(['told as ended, and never told that it fired']);
  });

  it('takes a firing right after its end for a late copy and says so; much later it fires again', () => {
    const fired = delivery([reading('a')]);
    const inputs = [taken(fired), taken(delivery([reading('a', { status: 'resolved' })]), NOW + 1)];
    const [late] = listOf(apply([...inputs, taken(fired, NOW + 15_000)]));
    expect(late).toMatchObject({ state: 'resolved', members: [{ status: 'resolved', contradictions: 1 }] });
    const [again] = listOf(apply([...inputs, taken(fired, NOW + 15 * MINUTE_MS)]));
    expect(again).toMatchObject({ state: 'open', reopened: 1, members: [{ status: 'firing' }] });
  });

  it('says how many alerts its source left out', () => {
    const [one] = listOf(apply([taken(delivery([reading('a')], { truncated: 3 }))]));
    expect(one).toMatchObject({ missing: 3 });
  });

  it('is not over while its group fires by alerts that were left out', () => {
    const cut = delivery([reading('a', { status: 'resolved' })], { truncated: 2, groupStatus: 'firing' });
    const inputs = [taken(delivery([reading('a')], { truncated: 2 })), taken(cut, NOW + 1)];
    expect(listOf(apply(inputs))).toMatchObject([
      { state: 'open', missing: 2, members: [{ status: 'resolved' }] },
    ]);
    const end = delivery([reading('a', { status: 'resolved' })], { truncated: 2 });
    expect(listOf(apply([...inputs, taken(end, NOW + 11 * MINUTE_MS)]))).toMatchObject([
      { state: 'resolved' },
    ]);
    const tick = { at: NOW + 27 * 60 * MINUTE_MS, type: 'time.passed', awakeSince: NOW } as const;
    expect(listOf(apply([...inputs, tick]))).toMatchObject([{ state: 'resolved', missing: 0 }]);
  });

  it('names machines only by what can be a name of one', () => {
    const labels = ['nuc1:9100', 'https://git.example.test/x', '[::1]:9100', 'web1; rm -rf /', ''].map(
      (instance, index) => reading(String(index), { labels: { instance } }),
    );
    expect(listOf(apply([taken(delivery(labels))]))[0]?.hosts).toEqual(['nuc1', 'git.example.test', '::1']);
  });

  it('ends a member that full pictures do not hold any more, and none for a picture that was cut', () => {
    const both = taken(delivery([reading('a'), reading('b')]));
    const tick = { at: NOW + 30 * MINUTE_MS, type: 'time.passed', awakeSince: NOW } as const;
    const [full] = listOf(apply([both, taken(delivery([reading('a')]), NOW + MINUTE_MS), tick]));
    expect(full?.members.map(({ status, ended }) => [status, ended])).toEqual([
      ['firing', null],
      ['resolved', 'unlisted'],
    ]);
    const cut = taken(delivery([reading('a')], { truncated: 1 }), NOW + MINUTE_MS);
    const [kept] = listOf(apply([both, cut, tick]));
    expect(kept?.members.map(({ status }) => status)).toEqual(['firing', 'firing']);
  });

  it('expires when nobody says anything for longer than any repeat, and fires again with the next word', () => {
    const fired = delivery([reading('a')]);
    const tick = { at: NOW + 27 * 60 * MINUTE_MS, type: 'time.passed', awakeSince: NOW } as const;
    const expired = apply([taken(fired), tick]);
    expect(listOf(expired)).toMatchObject([{ state: 'expired', members: [{ ended: 'expired' }] }]);
    expect(listOf(apply([taken(fired, tick.at + 1)], expired))).toMatchObject([{ state: 'open' }]);
  });

  it('that was closed stays so for repeats of what it holds, and not for what is new', () => {
    const fired = delivery([reading('a')]);
    const [{ id } = { id: '' }] = listOf(apply([taken(fired)]));
    const closed = apply([
      taken(fired),
      { at: NOW + 1, type: 'operator.closed', incident: id, by: 'ann', comment: 'known' },
      taken(fired, NOW + 2),
    ]);
    expect(listOf(closed)).toMatchObject([{ state: 'closed', deliveries: 2, duplicates: 1 }]);
    const more = apply([taken(delivery([reading('a'), reading('b')]), NOW + 3)], closed);
    expect(listOf(more).map(({ state, members }) => [state, members.length])).toEqual([
      ['closed', 1],
      ['open', 1],
    ]);
  });

  it('that somebody has acknowledged stays theirs until it ends', () => {
    const fired = delivery([reading('a')]);
    const [{ id } = { id: '' }] = listOf(apply([taken(fired)]));
    const acked = [
      taken(fired),
      { at: NOW + 1, type: 'operator.acked', incident: id, by: 'ann', comment: null } as const,
      taken(delivery([reading('a'), reading('b')]), NOW + 2),
    ];
    expect(listOf(apply(acked))).toMatchObject([{ state: 'acknowledged', acked: { by: 'ann' } }]);
    const end = delivery([reading('a', { status: 'resolved' }), reading('b', { status: 'resolved' })]);
    expect(listOf(apply([...acked, taken(end, NOW + 3)]))).toMatchObject([{ state: 'resolved' }]);
  });

  it('that ends while a run is on it is resolved, and the run is its own', () => {
    const fired = delivery([reading('a')]);
    const [{ id } = { id: '' }] = listOf(apply([taken(fired)]));
    const book = apply([
      taken(fired),
      { at: NOW + 1, type: 'run.planned', incident: id, run: 'r1' },
      taken(delivery([reading('a', { status: 'resolved' })]), NOW + 2),
      { at: NOW + 3, type: 'run.ended', incident: id, run: 'r1', outcome: 'escalated' },
    ]);
    expect(listOf(book)[0]?.timeline.map(({ text }) => text)).toEqual([
      'fires: 1 of 1 alerts',
      'run r1 begins',
      'all of its alerts ended',
      'run r1 ended: escalated',
    ]);
    expect(listOf(book)).toMatchObject([
      { state: 'resolved', runs: [{ run: 'r1', outcome: 'escalated', endedAt: NOW + 3 }] },
    ]);
  });
});
