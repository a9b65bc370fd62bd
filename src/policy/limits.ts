import { type Refusal, refusal } from './tree.ts';

export const LIMITS = { bytes: 16_384, commands: 64, depth: 24, words: 2_048 } as const;

/** Nearly every line, and in none of these there is anything to find. */
const PLAIN = /^[\t\n\x20-\x7e]*$/;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Half of a surrogate pair: cannot be written as UTF-8, so what runs would differ from what was judged. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** What makes a text unfit before anything is parsed. Newline and tab are the only control characters let through. */
export function checkText(text: string): Refusal | undefined {
  if (Buffer.byteLength(text) > LIMITS.bytes) {
    return deny('limit:length', `The command is longer than ${LIMITS.bytes} bytes; use a shorter one.`);
  }
  return checkCharacters(text);
}

export function checkCharacters(text: string): Refusal | undefined {
  if (PLAIN.test(text)) return undefined;
  if (CONTROL.test(text)) {
    return deny('characters:control', 'The command holds a control character (NUL, CR, escape or the like).');
  }
  if (hasInvisible(text)) {
    return deny('characters:invisible', 'The command holds invisible or direction-changing characters.');
  }
  if (LONE_SURROGATE.test(text)) {
    return deny('characters:broken', 'The command holds a broken character.');
  }
  return undefined;
}

/**
 * Bidirectional controls, zero-width and invisible characters: what is shown is not what is there. Classes of Unicode take
 * V8 most of a millisecond to look up, which only a text that could hold one should pay.
 */
function hasInvisible(text: string): boolean {
  return /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffc]/u.test(text);
}

/** Names, verbs and options are ASCII: a look-alike letter is never a typing habit. */
export function isPlainName(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function deny(rule: string, reason: string): Refusal {
  return refusal(rule, reason, 'deny');
}
