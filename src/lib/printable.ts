import { stripVTControlCharacters } from 'node:util';

/** C0 without tab and line feed, DEL, C1, and the marks that turn the direction of text round. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** Enough to know that there is nothing to do, which is nearly always. */
const ANY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/**
 * Text for a person's terminal. What comes from logs, files and models may hold escape sequences, which move the
 * cursor, hide text, set titles or answer for the operator; they are taken out, and so are other control characters.
 */
export function printable(text: string): string {
  if (!ANY.test(text)) return text;
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(INVISIBLE, '');
}
