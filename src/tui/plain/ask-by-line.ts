import { printable } from '../../lib/printable.ts';
import type { Answer, Question } from '../../protocol/question.ts';

/** Everything about a question, and what can be answered. Nothing is chosen beforehand. */
export function askText(question: Question): string {
  const { command, cwd, effect, target, rule, reason, origins, offer, wantsTerminal } = question;
  const { diffs = [], proof = [] } = question;
  const lines = [
    `Question ${question.id}. May this run?`,
    ...command.split('\n').map((line) => `  ${line}`),
    ...diffs.flatMap(({ path, diff }) => [
      `What becomes of ${path}:`,
      ...diff.split('\n').map((line) => `  ${line}`),
    ]),
    ...proof.map((line) => `It stays only if: ${line}.`),
    `Where: ${cwd}. Effect: ${effect}.${target.kind === 'none' ? '' : ` Touches: ${target.kind} ${target.name}.`}`,
    `Asked because: ${reason} Rule: ${rule}.`,
    ...origins.map(({ word, source }) => `Careful: "${word}" was said only by ${source}.`),
    ...(wantsTerminal ? ['It will ask you for a password.'] : []),
    '1. Run it, this once.',
    ...(offer === null
      ? []
      : [
          `2. Run it, and for the rest of this run whatever this rule allows: ${offer.rule}`,
          `   It would allow: ${offer.matches.join(' ; ')}`,
          `   It would not allow: ${offer.misses.join(' ; ')}`,
        ]),
    '3. Do not run it.',
    '4. Do not run it, and say why: 4 and your words.',
    '5. Explain why it is asked.',
    'Type a number and Enter. Nothing runs until you do.',
  ];
  return `${printable(lines.join('\n'))}\n`;
}

export type Reading =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'explain' }
  /** A sentence: why this is no answer. */
  | { kind: 'unclear'; why: string };

/** Lines that came in one go. Several are a paste, which answers nothing. */
export function readAnswer(lines: readonly string[], question: Question): Reading {
  if (lines.length !== 1) return { kind: 'unclear', why: 'Pasted lines do not answer a question.' };
  const [, number, words = ''] = /^\s*([1-5])(?:[.\s]\s*(.*))?$/.exec(lines[0] ?? '') ?? [];
  const comment = words.trim();
  if (number !== undefined && number !== '4' && comment !== '') {
    return { kind: 'unclear', why: 'Only 4 takes words behind it.' };
  }
  switch (number) {
    case '1':
      return { kind: 'answer', answer: { kind: 'once' } };
    case '2':
      if (question.offer !== null) return { kind: 'answer', answer: { kind: 'run' } };
      return { kind: 'unclear', why: '2 is not offered for this command.' };
    case '3':
      return { kind: 'answer', answer: { kind: 'deny', comment: null } };
    case '4':
      if (comment !== '') return { kind: 'answer', answer: { kind: 'deny', comment } };
      return { kind: 'unclear', why: 'Type 4, a blank and why it should not run.' };
    case '5':
      return { kind: 'explain' };
    default:
      return { kind: 'unclear', why: 'That is none of the numbers.' };
  }
}
