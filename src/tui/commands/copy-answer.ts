import { printable } from '../../lib/printable.ts';
import type { LogLine } from '../../protocol/event.ts';

/** The text of the newest answer that has any. */
export function lastAnswer(lines: readonly LogLine[]): string | null {
  for (const { event } of lines.toReversed()) {
    if (event.type !== 'model.replied') continue;
    const text = event.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');
    if (text.trim() !== '') return printable(text).trim();
  }
  return null;
}

/** OSC 52: the terminal at the other end of an ssh connection fills its own clipboard. Draws nothing. */
export function copySequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\u0007`;
}
