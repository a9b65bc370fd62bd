const MOST_LINES_KEPT = 1_000;
/** What Ink takes out or moves: controls, sequences other than SGR, marks that may stand behind one. */
const TO_CLEAN = /[\0-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[\d;]*m)|\p{Mark}/u;

/** Ink takes text apart to clean it, at every frame; nearly always there is nothing to clean. */
export function withCleanText(sanitize: (text: string) => string): (text: string) => string {
  return (text) => (TO_CLEAN.test(text) ? sanitize(text) : text);
}

/** The widest line of a text, of lines whose width is known from earlier frames. */
export function withKnownWidths(widestLine: (text: string) => number): (text: string) => number {
  const kept = new Map<string, number>();
  return (text) => {
    let widest = 0;
    for (const line of text.split('\n')) {
      let width = kept.get(line);
      if (width === undefined) {
        width = widestLine(line);
        if (kept.size >= MOST_LINES_KEPT) kept.clear();
        kept.set(line, width);
      }
      widest = Math.max(widest, width);
    }
    return widest;
  };
}
