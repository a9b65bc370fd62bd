import { printable } from '../../lib/printable.ts';
import type { LogLine } from '../../protocol/event.ts';

/** Tools whose result is the diff of a file. */
const FILE_TOOLS = new Set(['Edit', 'Write', 'MultiEdit']);

/** What calls of this run changed in files, oldest first, as Markdown. */
export function changesPage(lines: readonly LogLine[]): string {
  const parts = lines.flatMap(({ event }) => {
    if (event.type !== 'call.finished' || !event.ok || !FILE_TOOLS.has(event.tool)) return [];
    const text = printable(event.text);
    const from = text.search(/^@@/m);
    const diff = (from === -1 ? text : text.slice(from)).replace(/\n*<\/[\w-]+>\s*$/, '');
    // A fence longer than any in the file that is shown.
    const fence = '`'.repeat(Math.max(3, ...(diff.match(/`+/g) ?? []).map((ticks) => ticks.length + 1)));
    return [`**${pathOf(event.input)}** (${event.call})\n\n${fence}diff\n${diff}\n${fence}`];
  });
  return parts.length === 0 ? 'This run changed no file.' : parts.join('\n\n');
}

function pathOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return 'a file';
  const { file_path: path } = input as { file_path?: unknown };
  return typeof path === 'string' ? printable(path) : 'a file';
}
