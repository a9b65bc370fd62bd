import { capText } from './cap.ts';

/**
 * Cuts a text of lines to a limit and keeps what somebody points at: its first line, the lines that name one of
 * `names`, and of the others as many as there is room for, in their order. Where lines are missing it says how many.
 * Falls back to head and tail where the named lines alone are too much. Never longer than the limit, which counts as
 * at least 256 bytes, as for capText.
 */
export function capRows(text: string, limitBytes: number, names: readonly string[]): string {
  if (Buffer.byteLength(text) <= limitBytes) return text;
  const lines = text.split('\n');
  const wanted = names.filter((name) => name !== '').map(wordsOf);
  const isNamed = (line: string) => wanted.some((words) => words.every((word) => line.includes(word)));
  const keep = lines.map((line, index) => index === 0 || (wanted.length > 0 && isNamed(line)));
  if (keep.filter(Boolean).length <= 1) return capText(text, limitBytes).text;
  let room = limitBytes - sizeOf(lines, keep);
  if (room < 0) return capText(lines.filter((_, index) => keep[index]).join('\n'), limitBytes).text;
  for (const [index, line] of lines.entries()) {
    if (keep[index]) continue;
    const cost = Buffer.byteLength(line) + 1;
    if (cost > room) continue;
    keep[index] = true;
    room -= cost;
  }
  return render(lines, keep);
}

/** Names are made of several words where a rule joins a node and a check: each of them counts, longest line or not. */
function wordsOf(name: string): string[] {
  const words = name.split(/[\s{},=]+/).filter((word) => word.length > 2);
  return words.length === 0 ? [name] : words;
}

/** For each stretch of lines that are left out, one that says so. */
const GAP_BYTES = 40;

function sizeOf(lines: readonly string[], keep: readonly boolean[]): number {
  let size = 0;
  for (const [index, line] of lines.entries()) {
    if (keep[index]) size += Buffer.byteLength(line) + 1 + GAP_BYTES;
  }
  return size + GAP_BYTES;
}

function render(lines: readonly string[], keep: readonly boolean[]): string {
  const shown: string[] = [];
  let missing = 0;
  const tell = () => {
    if (missing > 0) shown.push(`[… ${missing} lines left out …]`);
    missing = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (keep[index]) {
      tell();
      shown.push(line);
    } else missing += 1;
  }
  tell();
  return shown.join('\n');
}
