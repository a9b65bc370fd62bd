import type { Effect } from '../protocol/effect.ts';
import type { Judgement, Verdict } from '../protocol/verdict.ts';
import type { Note } from './notes.ts';
import { describeNode, describeRedirect } from './outline.ts';
import type { Ruling } from './ruling.ts';
import type { CommandNode, Redirect } from './tree.ts';
import type { Part } from './walk.ts';

/** Why a line is judged as it is, in data: what an operator reads is written from it elsewhere. */
export interface Explanation {
  /** The parsed line, a command a line, indented. Empty when it could not be parsed. */
  outline: string[];
  parts: PartExplanation[];
  /** Index of the part that decided; null when the line failed before it had parts. */
  decisive: number | null;
  judgement: Judgement;
}

export interface PartExplanation {
  text: string;
  /** Whose words permission rules are held against, outermost first. */
  commands: string[];
  verdict: Verdict;
  effect: Effect;
  rule: string;
  reason: string;
  /** What the specs said before a permission rule changed it; null: none did. */
  before: { verdict: Verdict; rule: string; reason: string } | null;
  /** What was looked at: wrappers, specs with verb, options and operands, paths with what is behind them. */
  notes: Note[];
}

const STRICTNESS: Record<Verdict, number> = { allow: 0, ask: 1, deny: 2 };

/** `rulings` are the parts' after the permission rules. */
export function explainParts(
  parts: readonly Part[],
  rulings: readonly Ruling[],
): Pick<Explanation, 'parts' | 'decisive'> {
  const explained = parts.map((part, i): PartExplanation => {
    const { verdict, effect, rule, reason } = rulings[i] ?? part.ruling;
    const { ruling, about } = part;
    const isChanged = ruling.rule !== rule;
    return {
      text: about === undefined ? '' : isRedirect(about) ? describeRedirect(about) : describeNode(about),
      commands: part.commands.map((argv) => argv.join(' ')),
      verdict,
      effect,
      rule,
      reason,
      before: isChanged ? { verdict: ruling.verdict, rule: ruling.rule, reason: ruling.reason } : null,
      notes: tellingNotes(part.notes ?? []),
    };
  });
  const strictest = Math.max(...explained.map(({ verdict }) => STRICTNESS[verdict]));
  const decisive = explained.findIndex(({ verdict }) => STRICTNESS[verdict] === strictest);
  return { parts: explained, decisive: decisive === -1 ? null : decisive };
}

/** Each once, and without the many words that were tried as paths to be changed and are none of importance. */
function tellingNotes(notes: readonly Note[]): Note[] {
  const seen = new Map(notes.map((note) => [JSON.stringify(note), note]));
  return [...seen.values()].filter(
    (note) =>
      !(note.kind === 'path' && (note.use === 'write' || note.use === 'around') && note.against === null),
  );
}

function isRedirect(about: CommandNode | Redirect): about is Redirect {
  return ['duplicate', 'output', 'input', 'text'].includes(about.kind);
}
