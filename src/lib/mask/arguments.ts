import type { Span } from './found.ts';
import { findInLine, rulesFor } from './lines.ts';

/** Between two arguments of a list: `", "` of JSON, `" a2="` of the kernel's audit. */
const JOINT = /["'](?:,[ \t]{0,4}| a\d{1,3}=)["']/g;

const OPTION = /["'](?:,[ \t]{0,4}| a\d{1,3}=)["'](?=-)/;

/** `["redis-cli","-a","x"]` is a command line, written otherwise: the same rules hold for it. */
export function findInArguments(line: string): Span[] {
  if (!OPTION.test(line)) return [];
  // Where in the line a piece of the command begins, by where it begins in the command.
  const pieces: { at: number; from: number }[] = [];
  let command = '';
  let from = 0;
  for (const { 0: joint, index } of line.matchAll(JOINT)) {
    pieces.push({ at: command.length, from });
    command += `${line.slice(from, index)} `;
    from = index + joint.length;
  }
  pieces.push({ at: command.length, from });
  command += line.slice(from);
  return findInLine(command, rulesFor(command)).flatMap(({ kind, start, end }) => {
    const index = indexOfPiece(pieces, start);
    const piece = pieces[index];
    const next = pieces[index + 1];
    // What runs over a joint is no argument.
    if (piece === undefined || (next !== undefined && end >= next.at)) return [];
    return [{ kind, start: start - piece.at + piece.from, end: end - piece.at + piece.from }];
  });
}

/** Of the last that begins there or before. By halves: a line can have a hundred thousand. */
function indexOfPiece(pieces: readonly { at: number }[], start: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= start) low = middle;
    else high = middle - 1;
  }
  return low;
}
