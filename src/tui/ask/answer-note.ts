import type { Happening } from '../../app/client.ts';

/** What an answer did, where it is more than the call itself shows. */
export interface AnswerNote {
  level: 'info' | 'warning';
  text: string;
  hint: string | null;
}

export function answerNote({ answer, rule }: Extract<Happening, { kind: 'answered' }>): AnswerNote | null {
  if (answer.kind === 'deny') {
    return answer.comment === null
      ? null
      : { level: 'info', text: `denied; the model is told: ${answer.comment}`, hint: null };
  }
  if (answer.kind === 'once') return null;
  if (rule === null) {
    return {
      level: 'warning',
      text: 'no rule was kept: the next one will be asked about again',
      hint: null,
    };
  }
  return rule.applies
    ? {
        level: 'info',
        text: `for the rest of this run: ${rule.rule}; judged again with it, the command is allowed`,
        hint: null,
      }
    : {
        level: 'warning',
        text: `${rule.rule} does not allow the command when it is judged again; this one ran, the next will be asked about`,
        hint: '/policy shows what decides',
      };
}
