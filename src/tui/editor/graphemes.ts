/**
 * What a person takes for one letter. A paste that is shown as one token is one letter of
 * a private plane (see paste.ts) and never grows together with its neighbours.
 */
export function graphemes(text: string): string[] {
  if (PLAIN.test(text)) return text.split('');
  return text
    .split(TOKEN)
    .flatMap((piece) =>
      isToken(piece) ? [piece] : Array.from(segmenter.segment(piece), ({ segment }) => segment),
    );
}

/** Where the next letter begins; the length of the text at its end. */
export function boundaryAfter(text: string, at: number): number {
  const line = lineAround(text, at);
  let end = line.start;
  for (const letter of graphemes(text.slice(line.start, line.end))) {
    end += letter.length;
    if (end > at) return end;
  }
  return Math.min(at + 1, text.length);
}

/** Where the letter before begins; 0 at the start. */
export function boundaryBefore(text: string, at: number): number {
  const line = lineAround(text, at);
  if (at <= line.start) return Math.max(0, at - 1);
  let start = line.start;
  for (const letter of graphemes(text.slice(line.start, line.end))) {
    if (start + letter.length >= at) return start;
    start += letter.length;
  }
  return start;
}

/** The nearest boundary at or before a place: after an edit letters may have grown together. */
export function boundaryAt(text: string, at: number): number {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  const before = boundaryBefore(text, at);
  return boundaryAfter(text, before) === at ? at : before;
}

export function isToken(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  return code >= FIRST_TOKEN && code <= LAST_TOKEN && letter.length === 2;
}

/** The logical line around a place, without its line feed. */
export function lineAround(text: string, at: number): { start: number; end: number } {
  const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return { start, end: end === -1 ? text.length : end };
}

/** The last private plane: no font in use has letters there. */
export const FIRST_TOKEN = 0x100000;
export const LAST_TOKEN = 0x10fffd;

const TOKEN = /([\u{100000}-\u{10fffd}])/u;
const PLAIN = /^[\t\n -~]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
