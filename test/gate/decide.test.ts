import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Circumstances, decide } from '../../src/gate/decide.ts';
import type { Action } from '../../src/protocol/action.ts';
import { AUTONOMIES, autonomyRank, EFFECTS, PERMISSION_MODES } from '../../src/protocol/effect.ts';
import type { StepOrigin } from '../../src/protocol/gate.ts';
import type { Judgement, Verdict } from '../../src/protocol/verdict.ts';

const ORIGINS: StepOrigin[] = ['tool', 'probe', 'look', 'undo'];
const VERDICTS: Verdict[] = ['allow', 'ask', 'deny'];
const ACTIONS: Action[] = [
  { kind: 'process', argv: ['systemctl', 'restart', 'nginx'], cwd: '/' },
  { kind: 'shell', line: 'git add .', cwd: '/srv/config' },
  { kind: 'read', path: '/etc/hosts' },
  { kind: 'scan', root: '/etc' },
  { kind: 'write', path: '/srv/config/a.nix', content: 'x', expects: null },
  { kind: 'remove', path: '/srv/config/a.nix', expects: '00' },
  { kind: 'fetch', method: 'GET', url: 'http://nuc1.lan/' },
];

interface Case {
  judgement: Judgement;
  circumstances: Circumstances;
}

function judge(part: Partial<Judgement> = {}): Judgement {
  return {
    verdict: 'allow',
    effect: 'observe',
    rule: 'spec:test',
    reason: 'a reason',
    target: { kind: 'none', name: '' },
    action: { kind: 'read', path: '/etc/hosts' },
    ...part,
  };
}

function given(part: Partial<Circumstances> = {}): Circumstances {
  return {
    origin: 'tool',
    autonomy: 'reversible',
    mode: 'default',
    isAttended: false,
    canAsk: false,
    isDurable: true,
    paused: null,
    isStopped: false,
    handsOff: [],
    grant: null,
    ...part,
  };
}

const edit = (part: Partial<Judgement> = {}) =>
  judge({
    effect: 'reversible',
    action: { kind: 'write', path: '/srv/config/a.nix', content: 'x', expects: null },
    ...part,
  });

/** The space is small enough to look at all of it. */
function* everyCase(): Generator<Case> {
  for (const effect of EFFECTS)
    for (const verdict of VERDICTS)
      for (const action of ACTIONS)
        for (const origin of ORIGINS)
          for (const autonomy of AUTONOMIES)
            for (const mode of PERMISSION_MODES)
              for (let bits = 0; bits < 32; bits++)
                yield {
                  judgement: judge({ effect, verdict, action }),
                  circumstances: given({
                    origin,
                    autonomy,
                    mode,
                    isAttended: (bits & 1) !== 0,
                    canAsk: (bits & 17) === 17,
                    isDurable: (bits & 2) !== 0,
                    paused: bits & 4 ? { until: null, by: 'anna' } : null,
                    isStopped: (bits & 8) !== 0,
                  }),
                };
}

/** The promises, each as what must hold whenever something is allowed. */
const PROMISES: Record<string, (c: Case) => boolean> = {
  'a denied action is never allowed': ({ judgement }) => judgement.verdict !== 'deny',
  'a stopped run does nothing': ({ circumstances }) => !circumstances.isStopped,
  'a paused run only observes': ({ judgement, circumstances }) =>
    circumstances.paused === null || judgement.effect === 'observe',
  'without a durable log only observing is allowed': ({ judgement, circumstances }) =>
    circumstances.isDurable || judgement.effect === 'observe',
  'probes and look-steps only observe': ({ judgement, circumstances }) =>
    !['probe', 'look'].includes(circumstances.origin) || judgement.effect === 'observe',
  'probes and look-steps never run what policy would ask about': ({ judgement, circumstances }) =>
    !['probe', 'look'].includes(circumstances.origin) || judgement.verdict === 'allow',
  'an undo brings back files and nothing else': ({ judgement, circumstances }) =>
    circumstances.origin !== 'undo' ||
    judgement.effect === 'observe' ||
    (judgement.effect === 'reversible' && ['write', 'remove'].includes(judgement.action.kind)),
  'plan mode observes': ({ judgement, circumstances }) =>
    circumstances.mode !== 'plan' || judgement.effect === 'observe' || circumstances.origin === 'undo',
  'below autonomy reversible the model only observes': ({ judgement, circumstances }) =>
    judgement.effect === 'observe' ||
    circumstances.origin === 'undo' ||
    autonomyRank(circumstances.autonomy) >= autonomyRank('reversible'),
  'nothing beyond reversible happens without a person': ({ judgement, circumstances }) =>
    ['observe', 'reversible'].includes(judgement.effect) ||
    (circumstances.isAttended && circumstances.autonomy === 'full' && judgement.verdict === 'allow'),
  'what policy asks about passes only by bypassPermissions, or by the operator who undoes': (c) =>
    c.judgement.verdict !== 'ask' ||
    c.circumstances.mode === 'bypassPermissions' ||
    c.circumstances.origin === 'undo',
};

describe('decide, over all cases', () => {
  const allowed = [...everyCase()].filter((c) => decide(c.judgement, c.circumstances).kind === 'allow');

  it('allows something', () => {
    expect(allowed.length).toBeGreaterThan(1000);
  });

  it('asks only where somebody can be asked, and never in dontAsk', () => {
    const asked = [...everyCase()].filter((c) => decide(c.judgement, c.circumstances).kind === 'ask');
    expect(asked.length).toBeGreaterThan(300);
    const wrong = asked.filter(
      ({ judgement, circumstances: { canAsk, mode, origin, isStopped } }) =>
        !canAsk || mode === 'dontAsk' || origin !== 'tool' || isStopped || judgement.verdict === 'deny',
    );
    expect(wrong).toEqual([]);
  });

  it.each(Object.keys(PROMISES))('%s', (promise) => {
    expect(allowed.find((c) => PROMISES[promise]?.(c) !== true)).toBeUndefined();
  });

  it('allows to observe whatever policy allows, unless the run was stopped', () => {
    const refused = [...everyCase()].filter(
      ({ judgement, circumstances }) =>
        judgement.effect === 'observe' &&
        judgement.verdict === 'allow' &&
        !circumstances.isStopped &&
        decide(judgement, circumstances).kind === 'refuse',
    );
    expect(refused).toEqual([]);
  });

  it('never becomes more generous when one thing gets stricter', () => {
    const all = fc.record({
      effect: fc.constantFrom(...EFFECTS),
      verdict: fc.constantFrom(...VERDICTS),
      action: fc.constantFrom(...ACTIONS),
      origin: fc.constantFrom(...ORIGINS),
      autonomy: fc.constantFrom(...AUTONOMIES),
      mode: fc.constantFrom(...PERMISSION_MODES),
      isAttended: fc.boolean(),
      canAsk: fc.boolean(),
      isDurable: fc.boolean(),
      isPaused: fc.boolean(),
    });
    fc.assert(
      fc.property(all, (c) => {
        const outcome = (change: Partial<typeof c>) => {
          const { effect, verdict, action, isPaused, ...rest } = { ...c, ...change };
          const paused = isPaused ? { until: null, by: 'anna' } : null;
          return decide(judge({ effect, verdict, action }), given({ ...rest, paused })).kind;
        };
        if (outcome({}) === 'allow') return;
        const generosity = { refuse: 0, ask: 1, allow: 2 };
        const now = generosity[outcome({})];
        const expectNoMore = (change: Partial<typeof c>) =>
          expect(generosity[outcome(change)]).toBeLessThanOrEqual(now);
        expectNoMore({ verdict: c.verdict === 'allow' ? 'ask' : 'deny' });
        expectNoMore({ isPaused: true });
        expectNoMore({ isDurable: false });
        expectNoMore({ isAttended: false, canAsk: false });
        expect(outcome({ canAsk: false, isAttended: false })).toBe('refuse');
        const lower = AUTONOMIES[autonomyRank(c.autonomy) - 1];
        if (lower !== undefined) expectNoMore({ autonomy: lower });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('decide', () => {
  it('tells the model which permission rule an operator would have to give', () => {
    const judgement = judge({
      verdict: 'ask',
      effect: 'reversible',
      rule: 'unknown-program',
      reason: 'frob is not a known program',
      action: { kind: 'shell', line: 'frob --now', cwd: '/' },
    });
    expect(decide(judgement, given())).toEqual({
      kind: 'refuse',
      rule: 'unknown-program',
      reason:
        "frob is not a known program: this needs a person's yes, and nobody can be asked in this run; find another " +
        'way, or propose it with the Change tool; an operator can permit it with the rule Bash(frob --now)',
    });
  });

  it('suggests no rule for a line that no rule could hold', () => {
    const action: Action = { kind: 'shell', line: 'frob\nfrob', cwd: '/' };
    expect(decide(judge({ verdict: 'ask', action }), given()).reason).not.toContain('Bash(');
  });

  it('keeps the reason of policy when a deny is refused', () => {
    const denied = judge({ verdict: 'deny', rule: 'floor:secret-file', reason: '/etc/shadow holds secrets' });
    expect(decide(denied, given({ mode: 'bypassPermissions', isAttended: true }))).toEqual({
      kind: 'refuse',
      rule: 'floor:secret-file',
      reason: '/etc/shadow holds secrets',
    });
  });

  it('lets an edit pass that policy allows, from autonomy reversible on', () => {
    expect(AUTONOMIES.map((autonomy) => decide(edit(), given({ autonomy })).kind)).toEqual([
      'refuse',
      'refuse',
      'allow',
      'allow',
    ]);
  });

  it('does not lift an ask for an edit with acceptEdits', () => {
    expect(decide(edit({ verdict: 'ask' }), given({ mode: 'acceptEdits' })).kind).toBe('refuse');
  });

  it('says who paused, until when, and how to end it', () => {
    const until = Date.parse('2026-03-01T05:00:00Z');
    const decision = decide(edit(), given({ mode: 'acceptEdits', paused: { until, by: 'anna' } }));
    expect(decision).toEqual({
      kind: 'refuse',
      rule: 'gate:paused',
      reason:
        'steward is paused until 2026-03-01T05:00:00.000Z (by anna): it may observe only; `steward resume` ends the pause',
    });
  });
});
