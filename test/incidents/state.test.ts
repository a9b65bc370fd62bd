import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyInputs, EMPTY_BOOK, isActive, isKnownState, JOIN_RULES } from '../../src/incidents/index.ts';
import type { CheckReading } from '../../src/protocol/delivery.ts';
import type { IncidentBook } from '../../src/protocol/incident.ts';
import { NOW } from './deliveries.ts';

const MINUTE_MS = 60_000;

function check(node: string, service: string, severity: CheckReading['severity'] = 'critical'): CheckReading {
  const id = service === '' ? 'disk' : `service:${service}`;
  return {
    node,
    check: id,
    name: id,
    service,
    serviceId: service,
    severity,
    output: 'refused',
    isNodeLost: false,
  };
}

const see = (book: IncidentBook, checks: CheckReading[], at: number) =>
  applyInputs(book, [{ at, type: 'state.seen', source: 'lan', checks }], JOIN_RULES);
const firing = (book: IncidentBook) =>
  [...book.incidents.values()]
    .filter(isActive)
    .flatMap(({ groupKey, members }) =>
      members.filter(({ status }) => status === 'firing').map(({ labels }) => `${groupKey} ${labels.node}`),
    )
    .sort();

describe('a state that is whole each time', () => {
  it('begins, goes on and ends episodes by what is in it', () => {
    const first = see(EMPTY_BOOK, [check('nuc1', 'db'), check('nuc2', 'db')], NOW);
    const [db] = [...first.incidents.values()];
    expect(db).toMatchObject({ title: 'db', state: 'open', hosts: ['nuc1', 'nuc2'], severity: 'critical' });
    const second = see(first, [check('nuc1', 'db')], NOW + MINUTE_MS);
    expect(firing(second)).toEqual(['service:db nuc1']);
    const [kept] = [...second.incidents.values()];
    expect(kept?.members.map(({ startsAt }) => startsAt)).toEqual(
      db?.members.map(({ startsAt }) => startsAt),
    );
    const last = see(second, [], NOW + 2 * MINUTE_MS);
    expect([...last.incidents.values()].map(({ state }) => state)).toEqual(['resolved']);
  });

  it('of another Consul, and what others sent, it leaves alone', () => {
    const mine = see(EMPTY_BOOK, [check('nuc1', 'db')], NOW);
    const other = applyInputs(
      mine,
      [{ at: NOW + 1, type: 'state.seen', source: 'far', checks: [] }],
      JOIN_RULES,
    );
    expect(firing(other)).toEqual(['service:db nuc1']);
  });

  it('is known when nothing in it is news: not even that a warning got critical', () => {
    const book = see(EMPTY_BOOK, [check('nuc1', 'db', 'warning')], NOW);
    const isKnown = (checks: CheckReading[], of = book) =>
      isKnownState(of.incidents.values(), { source: 'lan', checks, at: NOW });
    expect(isKnown([check('nuc1', 'db', 'warning')])).toBe(true);
    expect(isKnown([check('nuc1', 'db', 'critical')])).toBe(false);
    expect(isKnown([])).toBe(false);
    const worse = see(book, [check('nuc1', 'db', 'critical')], NOW + MINUTE_MS);
    expect(isKnown([check('nuc1', 'db', 'critical')], worse)).toBe(true);
  });

  it('leaves firing what the last one held, whatever came before', () => {
    const one = fc.record({
      node: fc.constantFrom('a', 'b', 'c'),
      service: fc.constantFrom('', 'db', 'web'),
    });
    const state = fc.uniqueArray(one, {
      maxLength: 5,
      selector: ({ node, service }) => `${node} ${service}`,
    });
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 8 }), (states) => {
        const told = states.map((each) => each.map(({ node, service }) => check(node, service)));
        const book = told.reduce(
          (all, checks, index) => see(all, checks, NOW + index * MINUTE_MS),
          EMPTY_BOOK,
        );
        const last = states
          .at(-1)
          ?.map(({ node, service }) => `${service === '' ? 'check:disk' : `service:${service}`} ${node}`);
        expect(firing(book)).toEqual(last?.sort());
      }),
    );
  });
});
