import { describe, expect, it } from 'vitest';
import { needsIsolation, refuseBare } from '../../src/gate/refuse-bare.ts';
import type { Action } from '../../src/protocol/action.ts';
import { EFFECTS, type Effect } from '../../src/protocol/effect.ts';
import { ISOLATION_CHOICES, ISOLATIONS } from '../../src/protocol/isolation.ts';
import type { Judgement } from '../../src/protocol/verdict.ts';

const command: Action = { kind: 'shell', line: 'mkdir x', cwd: '/srv' };
const judged = (effect: Effect, action: Action = command): Judgement => ({
  verdict: 'allow',
  effect,
  rule: 'rule:Bash(mkdir *)',
  reason: 'a test',
  target: { kind: 'host', name: 'localhost' },
  action,
});

describe('a command that nothing confines', () => {
  it('may only observe, unless settings accept it', () => {
    const allowed = EFFECTS.flatMap((effect) =>
      ISOLATION_CHOICES.map((choice) => ({ effect, choice })).filter(
        ({ choice }) => refuseBare(judged(effect), { kind: 'none', choice, problem: null }) === undefined,
      ),
    );
    expect(allowed).toEqual([
      { effect: 'observe', choice: 'auto' },
      { effect: 'observe', choice: 'none' },
      { effect: 'reversible', choice: 'none' },
      { effect: 'disruptive', choice: 'none' },
      { effect: 'irreversible', choice: 'none' },
    ]);
  });

  it('is refused with what is missing and what an operator can do about it', () => {
    const state = { kind: 'none', choice: 'auto', problem: 'bubblewrap is not installed' } as const;
    const refusal = refuseBare(judged('reversible'), state);
    expect(refusal).toEqual({
      kind: 'refuse',
      rule: 'gate:isolation',
      reason: expect.stringMatching(
        /^this is reversible, and nothing would confine it: bubblewrap is not installed; .*install bubblewrap, run steward under the shipped unit, or .*`isolation: none`/,
      ),
    });
  });
});

describe('a command that something confines', () => {
  it('is not refused for that', () => {
    for (const kind of ISOLATIONS.filter((name) => name !== 'none')) {
      for (const effect of EFFECTS) {
        expect(refuseBare(judged(effect), { kind, choice: 'auto', problem: null })).toBeUndefined();
      }
    }
  });
});

describe('whether bubblewrap is tried', () => {
  it('is not asked for what only observes, and never for files that steward writes itself', () => {
    expect(needsIsolation(judged('observe'), 'auto')).toBe(false);
    expect(needsIsolation(judged('observe'), 'bwrap')).toBe(true);
    expect(needsIsolation(judged('reversible'), 'auto')).toBe(true);
    const write: Action = { kind: 'write', path: '/srv/x', content: '', expects: null };
    for (const choice of ISOLATION_CHOICES)
      expect(needsIsolation(judged('reversible', write), choice)).toBe(false);
  });
});
