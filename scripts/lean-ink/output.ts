import { styledCharsToString } from '@alcalzone/ansi-tokenize';

/** Of Ink's Output, what is built upon: see node_modules/ink/build/output.js. */
export interface InkOutput {
  width: number;
  height: number;
  operations: Operation[];
  caches: { getStyledChars(text: string): Cell[]; getStringWidth(text: string): number };
  write(x: number, y: number, text: string, options: { transformers: unknown[] }): void;
  clip(clip: Clip): void;
  unclip(): void;
  get(): { output: string; height: number };
}

type Cell = Parameters<typeof styledCharsToString>[0][number];

interface Clip {
  x1: number | undefined;
  x2: number | undefined;
  y1: number | undefined;
  y2: number | undefined;
}

type Operation =
  | { type: 'write'; x: number; y: number; text: string; transformers: unknown[] }
  | { type: 'clip'; clip: Clip }
  | { type: 'unclip' };

interface Line {
  text: string;
  width: number;
}

const MOST_LINES_KEPT = 1_000;
/** Anything but text and SGR: what Ink does with it is Ink's affair. */
const UNUSUAL = /(?!\n|\x1b\[[\d;]*m)[\0-\x1f\x7f-\x9f]/;

/**
 * Ink puts every frame together cell by cell, and reads each text's colours three times over. This puts lines side by
 * side as they are, and knows those of earlier frames again. Where pieces touch, overlap, or are cut at the side, and
 * wherever else the outcome could differ by a byte, Ink's own way is taken.
 */
export function withWholeLines<T extends new (options: { width: number; height: number }) => InkOutput>(
  Original: T,
): T {
  const kept = new Map<string, Line | null>();

  function lineOf(text: string, caches: InkOutput['caches']): Line | null {
    const known = kept.get(text);
    if (known !== undefined) return known;
    if (kept.size >= MOST_LINES_KEPT) kept.clear();
    const line = readLine(text, caches);
    kept.set(text, line);
    return line;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what TypeScript demands of a mixin.
  return class extends (Original as new (...options: any[]) => InkOutput) {
    override get(): { output: string; height: number } {
      return layOut(this, lineOf) ?? super.get();
    }
  } as unknown as T;
}

/** null: not without looking at each cell. */
function layOut(
  { width, height, operations, caches }: InkOutput,
  lineOf: (text: string, caches: InkOutput['caches']) => Line | null,
): { output: string; height: number } | null {
  const rows = Array.from({ length: height }, () => ({ text: '', end: 0 }));
  const clips: Clip[] = [];
  for (const operation of operations) {
    if (operation.type === 'clip') {
      clips.push(intersect(clips.at(-1), operation.clip));
      continue;
    }
    if (operation.type === 'unclip') {
      clips.pop();
      continue;
    }
    const { x, y, text, transformers } = operation;
    const clip = clips.at(-1);
    if (transformers.length > 0 || x < 0 || UNUSUAL.test(text) || (clip !== undefined && !isUsual(clip)))
      return null;
    const lines = text.split('\n');
    // Ink carries a colour that is still open over to the next line.
    if (lines.length > 1 && !lines.every(isClosed)) return null;
    for (const [index, source] of lines.entries()) {
      const row = rows[y + index];
      const line = lineOf(source, caches);
      if (line === null || !Number.isInteger(y)) return null;
      if (row === undefined || line.width === 0 || isAbove(y + index, clip)) continue;
      const end = x + line.width;
      if (end > Math.min(width, clip?.x2 ?? width) || x < (clip?.x1 ?? 0)) return null;
      if (row.text !== '' && x <= row.end) return null;
      row.text += ' '.repeat(x - row.end) + line.text;
      row.end = end;
    }
  }
  return { output: rows.map(({ text }) => text.trimEnd()).join('\n'), height };
}

function readLine(text: string, caches: InkOutput['caches']): Line | null {
  const cells = caches.getStyledChars(text);
  const widths = cells.map(({ value }) => caches.getStringWidth(value));
  if (widths.some((columns) => columns < 1)) return null;
  // Ink goes over it twice, which may put codes into another order.
  const once = styledCharsToString(cells);
  return {
    text: styledCharsToString(caches.getStyledChars(once)),
    width: widths.reduce((sum, columns) => sum + columns, 0),
  };
}

function isClosed(line: string): boolean {
  return !line.includes('\x1b') || /\x1b\[0m[^\x1b]*$/.test(line);
}

/** Or below. */
function isAbove(y: number, clip: Clip | undefined): boolean {
  return clip?.y1 !== undefined && clip.y2 !== undefined && (y < clip.y1 || y >= clip.y2);
}

function isUsual({ x1, x2, y1, y2 }: Clip): boolean {
  return isUsualEdge(x1, x2) && isUsualEdge(y1, y2);
}

function isUsualEdge(from: number | undefined, to: number | undefined): boolean {
  if (from === undefined || to === undefined) return from === to;
  return Number.isInteger(from) && Number.isInteger(to) && from < to;
}

function intersect(outer: Clip | undefined, inner: Clip): Clip {
  if (outer === undefined) return inner;
  return {
    x1: tighter(outer.x1, inner.x1, Math.max),
    x2: tighter(outer.x2, inner.x2, Math.min),
    y1: tighter(outer.y1, inner.y1, Math.max),
    y2: tighter(outer.y2, inner.y2, Math.min),
  };
}

function tighter(
  a: number | undefined,
  b: number | undefined,
  choose: (a: number, b: number) => number,
): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : choose(a, b);
}
