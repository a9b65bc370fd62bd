import type { PlannedChange } from '../protocol/change.ts';
import { strongestEffect } from '../protocol/effect.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { textOf } from './describe.ts';
import type { TargetWork } from './plan.ts';

/** One thing that a plan would do, as policy sees it. */
export interface Weighed {
  judgement: Judgement;
  /** It writes a file and starts nothing. */
  isWrite: boolean;
}

/**
 * Everything that would be done, also by checks and on the way back: its strongest effect, and what speaks against it;
 * `harm`, what could end in a machine that nobody reaches any more, first.
 */
export function weigh(
  all: readonly Weighed[],
  harm: readonly string[],
): Pick<PlannedChange, 'effect' | 'doubts'> & Required<Pick<PlannedChange, 'origins'>> {
  const origins = all.flatMap(({ judgement }) => judgement.origins ?? []);
  return {
    effect: strongestEffect(all.map(({ judgement }) => judgement.effect)),
    doubts: [...new Set([...harm, ...all.flatMap(doubtOf)])],
    origins: origins.filter(
      ({ word, source }, index) =>
        index === origins.findIndex((other) => other.word === word && other.source === source),
    ),
  };
}

/**
 * That an effect asks for a yes is what a grant is for. That nobody knows what it does, that an operator's rule asks, or
 * that only strangers have said its words, is another matter.
 */
function doubtOf({ judgement, isWrite }: Weighed): string[] {
  const { verdict, rule, reason, isStrange = false } = judgement;
  const isKnown =
    verdict === 'allow' || /^(?:spec|needs-option):/.test(rule) || (isWrite && rule === 'path:write');
  return isKnown && !isStrange ? [] : [reason];
}

/** What is looked at before and after, in words, unmasked. */
export function checksOf(work: readonly TargetWork[]): string[] {
  return work.flatMap((target) =>
    (['preflight', 'verify'] as const).flatMap((phase) =>
      target[phase].map((_, index) => {
        const text = `${phase === 'preflight' ? 'before' : 'after'}: ${textOf(target, phase, index)}`;
        return work.length > 1 ? `${target.name}: ${text}` : text;
      }),
    ),
  );
}
