import type { Span } from './found.ts';
import { isPlaceholder } from './values.ts';

/** A secret that is known by the syntax around it, on one line. */
export interface LineRule {
  kind: string;
  /** One of these must be there, in any case, before the pattern is tried: words of two letters or more in lower case, or a pattern. */
  hint: readonly string[] | RegExp;
  /** Its pattern holds a word besides that makes a line worth a look anyway: `password`, `key`, `://`. The hint costs a start nothing. */
  isSeen?: true;
  /** Group 1 is the secret. Linear: bounded, or over a class that cannot begin another match. */
  pattern: RegExp;
  accepts?: (value: string) => boolean;
  /** Where one match holds several secrets: all of them, instead of group 1. */
  spansOf?: (match: RegExpExecArray) => Span[];
  /** A line with it is about something that everybody may know. */
  unless?: RegExp;
}

export function isReal(value: string): boolean {
  return value.length >= 3 && !isPlaceholder(value);
}
