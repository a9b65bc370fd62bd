const PLAIN = /^[\t\n\r\x20-\x7e]{3,}$/;
/** Shorter ones are words like any other, and so are those of small letters alone. */
const BASE64 = /[A-Za-z0-9+/_-]{8,}/g;
const HEX = /(?:[0-9a-f]{2}[ :]?){4,}/gi;
const ESCAPED = /(?:(?:\\x|%|\\u00)[0-9a-f]{2}|[\w./@:-]){3,}/gi;
const CODE = /(?:\\x|%|\\u00)([0-9a-f]{2})/gi;

/**
 * What a text says in the usual codes (base64, hex, percent signs, backslashes), a line each: a word that a model decoded
 * came from there too. What gives no plain text is no code.
 */
export function decodedText(text: string): string {
  const found = new Set<string>();
  const keep = (decoded: string): void => {
    if (PLAIN.test(decoded)) found.add(decoded);
  };
  for (const [run] of text.matchAll(BASE64))
    if (/[A-Z0-9]/.test(run)) keep(Buffer.from(run, 'base64').toString('latin1'));
  for (const [run] of text.matchAll(HEX))
    keep(Buffer.from(run.replaceAll(/[ :]/g, ''), 'hex').toString('latin1'));
  for (const [run] of text.matchAll(ESCAPED)) {
    const plain = run.replaceAll(CODE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (plain !== run) keep(plain);
  }
  return [...found].join('\n');
}
