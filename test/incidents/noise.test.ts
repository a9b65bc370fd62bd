import { describe, expect, it } from 'vitest';
import { applyInputs, EMPTY_BOOK, findNoise, JOIN_RULES } from '../../src/incidents/index.ts';
import type { IncidentBook, IncidentInput, Verdict } from '../../src/protocol/incident.ts';
import { delivery, NOW, reading, taken } from './deliveries.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** One alert a day, each over after so many minutes, and answered when there is an answer for that day. */
function history(
  name: string,
  days: number,
  minutes: number,
  answers: readonly Verdict[] = [],
): IncidentBook {
  let book: IncidentBook = EMPTY_BOOK;
  for (let day = 0; day < days; day++) {
    const at = NOW + day * DAY_MS;
    const endsAt = new Date(at + minutes * MINUTE_MS).toISOString();
    const told = (status: 'firing' | 'resolved') => {
      const labels = { alertname: name, instance: 'nas:9100', pod: `p${day}` };
      const one = reading(name, {
        labels,
        startsAt: new Date(at).toISOString(),
        status,
        ...(status === 'resolved' ? { endsAt } : {}),
      });
      return delivery([one], { groupKey: name, groupLabels: { alertname: name } });
    };
    book = applyInputs(
      book,
      [taken(told('firing'), at), taken(told('resolved'), at + minutes * MINUTE_MS)],
      JOIN_RULES,
    );
    const verdict = answers[day];
    const incident = [...book.incidents.values()].at(-1)?.id ?? '';
    const close: IncidentInput[] =
      verdict === undefined
        ? []
        : [{ at: at + DAY_MS / 2, type: 'operator.closed', incident, by: 'ada', comment: null, verdict }];
    book = applyInputs(book, close, JOIN_RULES);
  }
  return book;
}

const noise = (book: IncidentBook) => findNoise(book.incidents.values());

describe('noise', () => {
  it('is what people call expected or wrong, with the numbers to decide by', () => {
    const found = noise(history('CertSoon', 3, 60, ['expected', 'wrong']));
    expect(found).toEqual([
      {
        intake: 'alertmanager',
        source: 'am',
        title: 'CertSoon',
        incidents: 3,
        episodes: 3,
        from: NOW,
        to: NOW + 2 * DAY_MS,
        medianMs: 60 * MINUTE_MS,
        runs: [],
        verdicts: { expected: 1, wrong: 1, useful: 0 },
        labels: { alertname: 'CertSoon', instance: 'nas:9100' },
        why: 'people called it expected or wrong, and never useful',
      },
    ]);
  });

  it('is what comes often and is over at once', () => {
    expect(noise(history('Flaps', 5, 3)).map(({ why }) => why)).toEqual([
      'it ends by itself before anybody could do anything',
    ]);
    expect(noise(history('Flaps', 4, 3))).toEqual([]);
    expect(noise(history('Lasts', 9, 45))).toEqual([]);
  });

  it('is nothing that anybody called useful, however often it came', () => {
    expect(noise(history('Flaps', 9, 3, ['expected', 'expected', 'useful']))).toEqual([]);
  });

  it('can be told of what is closed already, and the last word counts', () => {
    const book = history('CertSoon', 1, 60, ['useful']);
    const [incident = ''] = book.incidents.keys();
    const again = applyInputs(
      book,
      [{ at: NOW + DAY_MS, type: 'operator.closed', incident, by: 'bob', comment: 'no', verdict: 'wrong' }],
      JOIN_RULES,
    );
    const one = again.incidents.get(incident);
    expect(one?.answer).toEqual({ verdict: 'wrong', by: 'bob', at: NOW + DAY_MS, comment: 'no' });
    expect(one?.timeline.at(-1)?.text).toBe('called wrong by bob: no');
  });
});
