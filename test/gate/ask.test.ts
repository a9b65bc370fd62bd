import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AskPorts, createGate, type GateOptions } from '../../src/gate/index.ts';
import type { Action } from '../../src/protocol/action.ts';
import { AUTONOMIES, EFFECTS, PERMISSION_MODES } from '../../src/protocol/effect.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import type { Answer, Question, RuleOffer } from '../../src/protocol/question.ts';
import type { Judgement, Verdict } from '../../src/protocol/verdict.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createRecordingSink } from '../fakes/sink.ts';

const LINE: Action = { kind: 'shell', line: 'touch /srv/x', cwd: '/srv' };
const OFFER: RuleOffer = { rule: 'Bash(touch *)', matches: ['a', 'b', 'c'], misses: ['d', 'e', 'f'] };

interface Scene {
  /** Policy's answers, one after the other; the last repeats. */
  judgements: Partial<Judgement>[];
  answers?: Answer[];
  offer?: RuleOffer | null;
  options?: Partial<GateOptions>;
  onAsked?: (question: Question) => void;
}

function setUp({ judgements, answers = [], offer = null, options = {}, onAsked }: Scene) {
  const sink = createRecordingSink();
  const questions: Question[] = [];
  const settled: unknown[] = [];
  const rules = new Set<string>();
  let judged = 0;
  const ask: AskPorts = {
    asker: {
      async ask(question) {
        questions.push(question);
        onAsked?.(question);
        return answers[questions.length - 1] ?? { kind: 'deny', comment: null };
      },
    },
    nextQuestion: () => `Q${questions.length + 1}`,
    signal: new AbortController().signal,
    offer: async () => offer,
    addRule(rule) {
      rules.add(rule);
      return () => rules.delete(rule);
    },
    settle: (question, rule) => settled.push({ question, rule }),
    wantsTerminal: () => false,
  };
  const gate = createGate({
    judge: async (action) => {
      const part = judgements[Math.min(judged, judgements.length - 1)];
      judged += 1;
      return {
        verdict: 'ask',
        effect: 'reversible',
        rule: 'spec:touch',
        reason: 'it changes files',
        target: { kind: 'path', name: '/srv/x' },
        action,
        commands: [['touch', '/srv/x']],
        ...part,
      };
    },
    sink,
    clock: createFakeClock(),
    isDurable: true,
    autonomy: 'reversible',
    mode: 'default',
    switches: async () => ({ paused: null, stopped: false, handsOff: [] }),
    mask: (text) => text.replaceAll('hunter2', '[masked]'),
    attended: true,
    ask,
    isolation: { choice: 'auto', settle: async () => ({ kind: 'bwrap', choice: 'auto', problem: null }) },
    ...options,
  });
  let ran: { isBare: boolean } | null = null;
  const perform = () =>
    gate.perform({ id: 'C1', origin: 'tool', action: LINE }, async (permit) => {
      ran = { isBare: permit.isBare };
      return { value: 1, trace: { ok: true, summary: 'exit 0' } };
    });
  const told = <T extends RunEvent['type']>(type: T) =>
    sink.events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  return { perform, questions, settled, rules, sink, told, hasRun: () => ran };
}

describe('a step that takes a yes', () => {
  it('runs after it, and the log says who was asked what, and what they said, before it runs', async () => {
    const scene = setUp({ judgements: [{}], answers: [{ kind: 'once' }] });
    expect((await scene.perform()).kind).toBe('done');
    expect(scene.sink.order).toEqual([
      'step.asked',
      'step.answered',
      'step.decided',
      'step.started',
      'sync',
      'step.finished',
    ]);
    expect(scene.told('step.decided')).toMatchObject([{ decision: 'allow', rule: 'operator:yes' }]);
    expect(scene.hasRun()).toEqual({ isBare: false });
  });

  it('does not run after a no, and the model reads what was said with it', async () => {
    const scene = setUp({ judgements: [{}], answers: [{ kind: 'deny', comment: 'use /tmp, hunter2' }] });
    const admission = await scene.perform();
    expect(admission).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('use /tmp, [masked]'),
    });
    expect(scene.hasRun()).toBeNull();
    expect(JSON.stringify(scene.sink.events)).not.toContain('hunter2');
  });

  it('is asked about again when it has become something else, and then given up', async () => {
    const other = (name: string) => ({ target: { kind: 'path' as const, name } });
    const yes: Answer = { kind: 'once' };
    const moved = setUp({ judgements: [{}, other('/etc/x')], answers: [yes, yes] });
    expect((await moved.perform()).kind).toBe('done');
    expect(moved.questions.map(({ target }) => target.name)).toEqual(['/srv/x', '/etc/x']);
    const restless = setUp({
      judgements: ['/1', '/2', '/3', '/4', '/5'].map(other),
      answers: [yes, yes, yes, yes],
    });
    expect(await restless.perform()).toMatchObject({ kind: 'refused' });
    expect(restless.questions).toHaveLength(3);
    expect(restless.hasRun()).toBeNull();
  });

  it('is refused when policy denies it by the time of the yes', async () => {
    const scene = setUp({
      judgements: [{}, { verdict: 'deny', rule: 'floor:secret-file' }],
      answers: [{ kind: 'once' }],
    });
    expect((await scene.perform()).kind).toBe('refused');
    expect(scene.told('step.decided')).toMatchObject([{ rule: 'floor:secret-file' }]);
  });

  it('is refused when steward was paused or the run stopped while the question waited', async () => {
    for (const end of [{ paused: { until: null, by: 'anna' } }, { stopped: true }]) {
      let now: { paused: { until: null; by: string } | null; stopped: boolean; handsOff: never[] } = {
        paused: null,
        stopped: false,
        handsOff: [],
      };
      const scene = setUp({
        judgements: [{}],
        answers: [{ kind: 'once' }],
        options: { switches: async () => now },
        onAsked: () => {
          now = { ...now, ...end };
        },
      });
      expect((await scene.perform()).kind).toBe('refused');
      expect(scene.hasRun()).toBeNull();
    }
  });

  it('is allowed by the rule that was offered, when that proves to apply', async () => {
    const scene = setUp({
      judgements: [{}, { verdict: 'allow', rule: `rule:${OFFER.rule}` }],
      answers: [{ kind: 'run' }],
      offer: OFFER,
    });
    expect((await scene.perform()).kind).toBe('done');
    expect(scene.settled).toEqual([{ question: 'Q1', rule: { rule: OFFER.rule, applies: true } }]);
    expect([...scene.rules]).toEqual([OFFER.rule]);
    expect(scene.told('step.decided')).toMatchObject([{ rule: `rule:${OFFER.rule}` }]);
  });

  it('runs once when the rule does not apply, and the rule is gone', async () => {
    const scene = setUp({ judgements: [{}], answers: [{ kind: 'run' }], offer: OFFER });
    expect((await scene.perform()).kind).toBe('done');
    expect(scene.settled).toEqual([{ question: 'Q1', rule: { rule: OFFER.rule, applies: false } }]);
    expect([...scene.rules]).toEqual([]);
    expect(scene.told('step.answered')).toMatchObject([{ rule: { applies: false } }]);
  });

  it('is not put to a person when it cannot be shown as it is, or policy could not read it', async () => {
    const action: Action = { kind: 'shell', line: 'touch \u202ex', cwd: '/srv' };
    const hidden = setUp({ judgements: [{ action }], answers: [{ kind: 'once' }] });
    expect(await hidden.perform()).toMatchObject({ kind: 'refused' });
    const unread: Partial<Judgement> = { rule: 'shell:syntax', effect: 'disruptive' };
    const torn = setUp({
      judgements: [{ ...unread, commands: undefined as never }],
      answers: [{ kind: 'once' }],
    });
    expect((await torn.perform()).kind).toBe('refused');
    expect([...hidden.questions, ...torn.questions]).toEqual([]);
  });

  it('runs as the operator would run it when nothing can confine it, and they were told', async () => {
    const isolation: GateOptions['isolation'] = {
      choice: 'auto',
      settle: async () => ({ kind: 'none', choice: 'auto', problem: 'no bubblewrap' }),
    };
    const allowed = { verdict: 'allow' as const };
    const scene = setUp({ judgements: [allowed], answers: [{ kind: 'once' }], options: { isolation } });
    expect((await scene.perform()).kind).toBe('done');
    expect(scene.questions).toMatchObject([
      { rule: 'gate:isolation', reason: expect.stringContaining('as you') },
    ]);
    expect(scene.hasRun()).toEqual({ isBare: true });
  });

  it('keeps the isolation that settings demand, whoever says yes', async () => {
    const isolation: GateOptions['isolation'] = {
      choice: 'bwrap',
      settle: async () => ({ kind: 'none', choice: 'bwrap', problem: 'no bubblewrap' }),
    };
    const scene = setUp({ judgements: [{}], answers: [{ kind: 'once' }], options: { isolation } });
    expect((await scene.perform()).kind).toBe('refused');
    expect(scene.questions).toEqual([]);
  });
});

describe('every step of every kind', () => {
  const VERDICTS: Verdict[] = ['allow', 'ask', 'deny'];
  const anyScene = fc.record({
    effect: fc.constantFrom(...EFFECTS),
    verdict: fc.constantFrom(...VERDICTS),
    autonomy: fc.constantFrom(...AUTONOMIES),
    mode: fc.constantFrom(...PERMISSION_MODES),
    who: fc.constantFrom('asker', 'attended', 'nobody'),
    isolation: fc.constantFrom('bwrap', 'none'),
    answer: fc.constantFrom<Answer>({ kind: 'once' }, { kind: 'run' }, { kind: 'deny', comment: null }),
    hasOffer: fc.boolean(),
  });

  it('ends with an answer; what was denied, or shown to nobody, did not run', async () => {
    await fc.assert(
      fc.asyncProperty(anyScene, async (c) => {
        const scene = setUp({
          judgements: [{ effect: c.effect, verdict: c.verdict }],
          answers: [c.answer, c.answer, c.answer],
          offer: c.hasOffer ? OFFER : null,
          options: {
            autonomy: c.autonomy,
            mode: c.mode,
            attended: c.who !== 'nobody',
            isolation: {
              choice: 'auto',
              settle: async () => ({
                kind: c.isolation === 'none' ? 'none' : 'bwrap',
                choice: 'auto',
                problem: null,
              }),
            },
            ...(c.who === 'asker' ? {} : { ask: null }),
          },
        });
        const { kind } = await scene.perform();
        expect(scene.told('step.decided')).toHaveLength(1);
        expect(scene.told('step.answered')).toHaveLength(scene.told('step.asked').length);
        expect(scene.hasRun() !== null).toBe(kind === 'done');
        const isEffect = c.effect !== 'observe';
        if (c.verdict === 'deny') expect(kind).toBe('refused');
        if (c.who !== 'asker' || c.mode === 'dontAsk') expect(scene.questions).toEqual([]);
        if (isEffect && (c.mode === 'plan' || c.autonomy === 'observe')) expect(kind).toBe('refused');
        if (scene.questions.length > 0) expect(kind).toBe(c.answer.kind === 'deny' ? 'refused' : 'done');
        if (c.who === 'asker' && c.effect === 'irreversible' && kind === 'done') {
          expect(scene.questions).toHaveLength(1);
        }
        if (scene.hasRun()?.isBare === true) expect(scene.questions.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});
