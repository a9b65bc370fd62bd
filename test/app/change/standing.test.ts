import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StandingFacts, standingOf } from '../../../src/app/change/standing.ts';
import { readSessions } from '../../../src/app/change/who-is-here.ts';
import {
  AUTONOMIES,
  autonomyRank,
  EFFECTS,
  effectRank,
  PERMISSION_MODES,
} from '../../../src/protocol/effect.ts';

/** A reversible change of a run that may do such things, at night, with nobody there. */
const NIGHT: StandingFacts = {
  plan: { effect: 'reversible', undo: ['the file is put back as it was'], doubts: [] },
  autonomy: 'reversible',
  mode: 'default',
  isAttended: false,
  isDurable: true,
  hasCommands: false,
  isConfined: true,
  opensAt: null,
  attempts: 0,
  operator: null,
};

describe('a change that nobody is there to see', () => {
  it('is granted when the run may do as much and everything of it can be undone', () => {
    expect(standingOf(NIGHT)).toEqual({ kind: 'grant' });
  });

  it.each([
    ['its effect is beyond what autonomy reaches', { plan: { ...NIGHT.plan, effect: 'disruptive' } }],
    ['autonomy only proposes', { autonomy: 'propose' }],
    ['a step cannot be rolled back', { plan: { ...NIGHT.plan, undo: [null] } }],
    [
      'a step is of a program that nobody described',
      { plan: { ...NIGHT.plan, doubts: ['no specification'] } },
    ],
    ['its window is shut', { opensAt: '2026-01-01T02:00:00.000Z' }],
    ['nothing would confine its commands', { hasCommands: true, isConfined: false }],
    ['it was tried three times today', { attempts: 3 }],
    ['somebody is logged in', { operator: 'anna' }],
  ] as [string, Partial<StandingFacts>][])('waits for a person when %s', (_, part) => {
    expect(standingOf({ ...NIGHT, ...part }).kind).toBe('park');
  });

  it.each([
    ['in mode plan', { mode: 'plan' }],
    ['with autonomy observe', { autonomy: 'observe' }],
    ['without a log on disk', { isDurable: false }],
  ] as [string, Partial<StandingFacts>][])('is refused %s', (_, part) => {
    expect(standingOf({ ...NIGHT, ...part }).kind).toBe('refuse');
  });
});

describe('a change while somebody is there', () => {
  it('is shown before it is made, except edits where edits are accepted', () => {
    const there: StandingFacts = { ...NIGHT, isAttended: true };
    expect(standingOf(there).kind).toBe('ask');
    expect(standingOf({ ...there, mode: 'acceptEdits' }).kind).toBe('grant');
    expect(standingOf({ ...there, mode: 'acceptEdits', hasCommands: true }).kind).toBe('ask');
    expect(standingOf({ ...there, mode: 'dontAsk' }).kind).toBe('refuse');
  });
});

describe('any change', () => {
  const facts = fc.record({
    plan: fc.record({
      effect: fc.constantFrom(...EFFECTS),
      undo: fc.array(fc.option(fc.constant('back')), { minLength: 1, maxLength: 2 }),
      doubts: fc.array(fc.constant('who knows'), { maxLength: 1 }),
    }),
    autonomy: fc.constantFrom(...AUTONOMIES),
    mode: fc.constantFrom(...PERMISSION_MODES),
    isAttended: fc.boolean(),
    isDurable: fc.boolean(),
    hasCommands: fc.boolean(),
    isConfined: fc.boolean(),
    opensAt: fc.option(fc.constant('later')),
    attempts: fc.nat(5),
    operator: fc.option(fc.constant('anna')),
  });

  it('is never granted beyond disruptive, below autonomy reversible, or what cannot be undone', () => {
    fc.assert(
      fc.property(facts, (given) => {
        if (standingOf(given).kind !== 'grant') return;
        expect(effectRank(given.plan.effect)).toBeLessThanOrEqual(effectRank('disruptive'));
        expect(autonomyRank(given.autonomy)).toBeGreaterThanOrEqual(autonomyRank('reversible'));
        expect(given.plan.undo).not.toContain(null);
        expect(given.isDurable && given.mode !== 'plan').toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('asks only somebody who is there', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { kind } = standingOf(given);
        expect(kind === 'ask' ? given.isAttended : true).toBe(true);
        expect(kind === 'park' ? !given.isAttended : true).toBe(true);
      }),
    );
  });
});

describe('who is logged in', () => {
  it.each([
    ['   c1 1000 anna  seat0 tty2\n', 'anna'],
    ['  4  1000 ben        pts/0 \n', 'ben'],
    ['  4 1000 ben  - 1234 user pts/0 no -\n', 'ben'],
    ['  c2 120 gdm  seat0 900 greeter tty1 no -\n', null],
    ['  5 1000 ben - 77 manager - no -\n', null],
    ['  9 0 root - - \n', null],
    ['', null],
  ])('is read from %j', (text, user) => {
    expect(readSessions(text)).toBe(user);
  });
});
