import { describeAction } from '../protocol/action.ts';
import { effectRank } from '../protocol/effect.ts';
import type { EventSink } from '../protocol/event.ts';
import type { StepRequest } from '../protocol/gate.ts';
import type { Answer, Answered, Asker, Question, RuleOffer } from '../protocol/question.ts';
import type { Decision, Judgement } from '../protocol/verdict.ts';

/** What the gate needs to ask somebody who is there. */
export interface AskPorts {
  asker: Asker;
  /** `Q7`: unique in the run. */
  nextQuestion(): string;
  /** The run ends: whatever is asked is denied. */
  signal: AbortSignal;
  /** A rule that would have allowed it; null where none can. */
  offer(judgement: Judgement): Promise<RuleOffer | null>;
  /** The rule counts from now on, until what is given back is called. */
  addRule(rule: string): () => void;
  /** What became of an answer with a rule. */
  settle(question: string, rule: Answered['rule']): void;
  /** It will want a password. */
  wantsTerminal(judgement: Judgement): boolean;
}

/** A step as it stands before its permit: judged and decided. */
export interface Ruled {
  judgement: Judgement;
  decision: Decision;
  /** A person said yes to exactly this. */
  isAnswered: boolean;
}

export interface AskInput {
  request: StepRequest;
  ruled: Ruled;
  ports: AskPorts;
  sink: EventSink;
  mask(text: string): string;
  /** Policy, switches and circumstances, read anew. */
  ruleAgain(): Promise<Ruled>;
}

/** So often it may turn out to be another thing than what was shown. */
const MOST_QUESTIONS = 3;

/**
 * Shows exactly what would run, and waits for the answer. Then everything is judged again: a yes is for what was shown,
 * and what has become something else meanwhile is shown again.
 */
export async function askPerson(input: AskInput): Promise<Ruled> {
  const { ports } = input;
  let { ruled } = input;
  for (let asked = 0; asked < MOST_QUESTIONS; asked += 1) {
    const offer = await ports.offer(ruled.judgement);
    const question = describeQuestion(input, ruled, offer);
    const { sink, request } = input;
    sink.record({ type: 'step.asked', step: request.id, question });
    const answer = await ports.asker.ask(question, ports.signal);
    if (answer.kind === 'deny') {
      recordAnswer(input, question, answer, null);
      return { ...ruled, decision: deny(answer.comment), isAnswered: true };
    }
    const takeBack = answer.kind === 'run' && offer !== null ? ports.addRule(offer.rule) : null;
    const again = await input.ruleAgain();
    let rule: Answered['rule'] = null;
    if (answer.kind === 'run' && offer !== null) {
      const applies = again.decision.kind === 'allow' && again.judgement.rule === `rule:${offer.rule}`;
      if (!applies) takeBack?.();
      rule = { rule: offer.rule, applies };
    }
    recordAnswer(input, question, answer, rule);
    ports.settle(question.id, rule);
    if (again.decision.kind !== 'ask') return again;
    if (isSame(again, ruled)) {
      const reason = `the operator said yes to it (${question.id})`;
      return { ...again, decision: { kind: 'allow', rule: 'operator:yes', reason }, isAnswered: true };
    }
    ruled = again;
  }
  const reason = 'what it would do changed each time after it was shown; look at what changes it';
  return { ...ruled, decision: { kind: 'refuse', rule: 'operator:moved', reason } };
}

/** null: it can be put before a person's eyes as it is. Otherwise a yes would be for something else than what runs. */
export function whyNotShown({ action }: Judgement, shown: (text: string) => string): string | null {
  const text = describeAction(action);
  return shown(text) === text
    ? null
    : 'it holds characters that cannot be shown, so nobody can say yes to it';
}

function describeQuestion(
  { request, ports, mask }: AskInput,
  ruled: Ruled,
  offer: RuleOffer | null,
): Question {
  const { judgement, decision } = ruled;
  const { action, effect, target } = judgement;
  return {
    id: ports.nextQuestion(),
    step: request.id,
    command: mask(describeAction(action)),
    cwd: 'cwd' in action ? mask(action.cwd) : '',
    ...(action.kind === 'write' && request.diff !== undefined
      ? { diffs: [{ path: mask(action.path), diff: mask(request.diff) }] }
      : {}),
    effect,
    target: { kind: target.kind, name: mask(target.name) },
    rule: decision.rule,
    reason: mask(decision.reason),
    origins: (judgement.origins ?? []).map(({ word, source }) => ({
      word: mask(word),
      source: mask(source),
    })),
    offer,
    wantsTerminal: ports.wantsTerminal(judgement),
  };
}

function recordAnswer(
  { sink, request, mask }: AskInput,
  question: Question,
  answer: Answer,
  rule: Answered['rule'],
): void {
  const comment = answer.kind === 'deny' && answer.comment !== null ? mask(answer.comment) : null;
  sink.record({
    type: 'step.answered',
    step: request.id,
    question: question.id,
    answer: answer.kind,
    comment,
    rule,
  });
}

function deny(comment: string | null): Decision {
  const words = comment?.trim() ?? '';
  const reason =
    words === ''
      ? 'the operator was asked and said no; do not ask for the same again, find another way or say what you would need'
      : `the operator was asked, said no, and told you: ${words}`;
  return { kind: 'refuse', rule: 'operator:no', reason };
}

function isSame(a: Ruled, b: Ruled): boolean {
  return (
    JSON.stringify(a.judgement.action) === JSON.stringify(b.judgement.action) &&
    JSON.stringify(a.judgement.target) === JSON.stringify(b.judgement.target) &&
    effectRank(a.judgement.effect) <= effectRank(b.judgement.effect) &&
    a.decision.rule === b.decision.rule
  );
}
