import type { Masker } from '../mask.ts';

/**
 * Masks text that arrives in pieces. What it gives, put together, is what `mask` makes of the whole: a piece is held
 * back while a secret could still begin or go on in it.
 */
export interface MaskStream {
  /** What can be shown by now. */
  push(piece: string): string;
  /** The rest. Then a new text begins. */
  flush(): string;
}

/** From a line on which a secret of several lines could begin, everything waits for the end. */
const OPENER =
  /-----BEGIN |-----END |kind\\?["']?:[ \t]*\\?["']?Secret|\b(?:name|key|variable)\\?["']?[ \t]{0,8}[:=][^\n]{0,12}[\w.-]{0,60}(?:pass|pwd|psk|secret|token|key|cred|conn)|variable[ \t]{1,4}"[\w-]{1,100}"|\bchpasswd:|<auth-user-pass>|\b(?:pass(?:word|phrase|code)|token|api key|access key|secret)\b[^\n:]{0,80}:[ \t]*\r?(?:\n|$)|:[ \t]{1,8}[|>][+-]?\d?[ \t]*\r?(?:\n|$)|^[ \t\d]{0,48}[A-Za-z0-9+/=]{16,128}[ \t]*\r?$/im;

/** Longer than any word of a trigger with a space in it. */
const OVERLAP = 48;

export function createMaskStream(masker: Pick<Masker, 'mask' | 'isQuiet'>): MaskStream {
  let held = '';
  /** Of the line that `held` begins with: what was shown of it. */
  let shown = '';
  let isOpen = false;
  let isLineQuiet = true;

  /** The masked form of a text that begins with what was shown, without that. */
  const goOn = (text: string): string => {
    const masked = masker.mask(text);
    const given = masked.startsWith(shown)
      ? masked.slice(shown.length)
      : masker.mask(text.slice(shown.length));
    shown = '';
    isLineQuiet = true;
    return given;
  };

  return {
    push(piece) {
      held += piece;
      if (isOpen) return '';
      let given = '';
      const lastBreak = held.lastIndexOf('\n') + 1;
      if (lastBreak > 0) {
        const lines = shown + held.slice(0, lastBreak);
        const opener = OPENER.exec(lines);
        isOpen = opener !== null;
        const safe = opener === null ? lines.length : lines.lastIndexOf('\n', opener.index) + 1;
        if (safe > 0) {
          held = held.slice(safe - shown.length);
          given = goOn(lines.slice(0, safe));
        }
        if (isOpen) return given;
      }
      // A paragraph is one line: its words are shown as they come while nothing in it speaks of secrets.
      isLineQuiet &&=
        masker.isQuiet(shown.slice(-OVERLAP) + held) && !OPENER.test(shown.slice(-OVERLAP) + held);
      const lastSpace = Math.max(held.lastIndexOf(' '), held.lastIndexOf('\t')) + 1;
      // Before the first word nobody knows whether a line of a key begins: its indentation would go with it.
      const isBegun = /[^\s\d]/.test(shown + held.slice(0, lastSpace));
      if (isLineQuiet && isBegun && lastSpace > 0) {
        given += held.slice(0, lastSpace);
        shown += held.slice(0, lastSpace);
        held = held.slice(lastSpace);
      }
      return given;
    },
    flush() {
      const given = goOn(shown + held);
      held = '';
      isOpen = false;
      return given;
    },
  };
}
