import { isFreeVariable } from './free-variable.ts';
import { escapePattern } from './glob.ts';
import { PROCESS_SUBSTITUTION } from './paths.ts';
import type { Piece, Word } from './tree.ts';

/** A word of a command after expansion, as far as it can be known before it runs. */
export interface Arg {
  /** `dynamic`: known only when it runs. */
  kind: 'literal' | 'pattern' | 'dynamic';
  /** The word; of a pattern, in the form of glob.ts; of a dynamic word, the text before its first unknown part. */
  text: string;
  /** A dynamic word that is a number whatever happens. */
  isNumber: boolean;
  /** Not quoted: may become no word or several. */
  isSplit: boolean;
  /** Stands for one word or more, none of which is an option. */
  isMany?: boolean;
}

/** What is known of a variable that the line itself set. */
export type Value =
  | { kind: 'known'; texts: string[] }
  | { kind: 'pattern'; pattern: string }
  | { kind: 'unknown' };

export const UNKNOWN: Value = { kind: 'unknown' };
const UNSET: Value = { kind: 'known', texts: [] };
const MOST_ALTERNATIVES = 64;

export function literalArg(text: string): Arg {
  return { kind: 'literal', text, isNumber: false, isSplit: false };
}

/**
 * All that a word can become: one argument, or one for each value that a loop gives its variable. `lookUp` gives
 * undefined for a variable that the line did not set; the result is then the name, to be refused.
 */
export function evaluateWord(
  word: Word,
  lookUp: (name: string) => Value | undefined,
): { args: Arg[] } | { unset: string } {
  let drafts: Draft[] = [{ text: '', pattern: '', kind: 'literal', isNumber: true, isSplit: false }];
  for (const piece of word.pieces) {
    const next: Draft[] = [];
    for (const draft of drafts) {
      const more = addPiece(draft, piece, lookUp);
      if (typeof more === 'string') return { unset: more };
      next.push(...more);
    }
    drafts = next.length > MOST_ALTERNATIVES ? [unknownFrom(next)] : next;
  }
  return { args: drafts.map(finish) };
}

/** What runs gets an environment of its own, in which all names begin in upper case. */
function isNeverInherited(name: string): boolean {
  return /^[a-z]/.test(name) && isFreeVariable(name);
}

interface Draft extends Arg {
  pattern: string;
}

/** Values that bash would neither split nor expand when they stand unquoted. */
const PLAIN = /^[\w./:@%+,=-]+$/;

function addPiece(draft: Draft, piece: Piece, lookUp: (name: string) => Value | undefined): Draft[] | string {
  switch (piece.kind) {
    case 'text':
      return [addText(draft, piece.value)];
    case 'glob':
      if (draft.kind === 'dynamic') return [{ ...draft, isNumber: false, isSplit: true }];
      return [{ ...draft, kind: 'pattern', pattern: draft.pattern + piece.value, isNumber: false }];
    case 'number':
      return [{ ...draft, kind: 'dynamic' }];
    case 'substitution':
      return [addUnknown(draft, piece.isQuoted)];
    case 'process':
      return [addText(draft, PROCESS_SUBSTITUTION)];
    case 'default': {
      const value = lookUp(piece.name) ?? (isNeverInherited(piece.name) ? UNSET : undefined);
      if (value === undefined) return piece.name;
      if (value.kind !== 'known') return [addUnknown(draft, piece.isQuoted)];
      const texts = value.texts.map((text) => (text === '' && piece.isEmptyToo ? piece.text : text));
      return (value === UNSET ? [piece.text] : texts).map((text) =>
        piece.isQuoted || PLAIN.test(text) ? addText(draft, text) : addUnknown(draft, false),
      );
    }
    case 'variable': {
      const value = lookUp(piece.name);
      if (value === undefined) return piece.name;
      if (value.kind === 'unknown') return [addUnknown(draft, piece.isQuoted)];
      if (value.kind === 'pattern') {
        if (!piece.isQuoted || draft.kind === 'dynamic') return [addUnknown(draft, piece.isQuoted)];
        return [{ ...draft, kind: 'pattern', pattern: draft.pattern + value.pattern, isNumber: false }];
      }
      return value.texts.map((text) =>
        piece.isQuoted || PLAIN.test(text) ? addText(draft, text) : addUnknown(draft, false),
      );
    }
  }
}

function addText(draft: Draft, text: string): Draft {
  if (draft.kind === 'dynamic') return { ...draft, isNumber: draft.isNumber && /^\d*$/.test(text) };
  return {
    ...draft,
    text: draft.kind === 'literal' ? draft.text + text : draft.text,
    pattern: draft.pattern + escapePattern(text),
    isNumber: draft.isNumber && /^\d*$/.test(text),
  };
}

function addUnknown(draft: Draft, isQuoted: boolean): Draft {
  return { ...draft, kind: 'dynamic', isNumber: false, isSplit: draft.isSplit || !isQuoted };
}

function unknownFrom(drafts: Draft[]): Draft {
  return {
    text: '',
    pattern: '',
    kind: 'dynamic',
    isNumber: false,
    isSplit: drafts.some((draft) => draft.isSplit),
  };
}

function finish(draft: Draft): Arg {
  const { kind, isSplit } = draft;
  const isNumber = kind === 'dynamic' && draft.isNumber;
  return { kind, text: kind === 'pattern' ? draft.pattern : draft.text, isNumber, isSplit };
}
