import type { Block, Message } from '../protocol/message.ts';

/** What the model is told when its answer was cut at the output limit. */
export const GO_ON = 'Your answer was cut at the output limit. Go on exactly where it stopped.';

/** The text of an answer that was cut, once or more, and not finished before steward was killed; empty for none. */
export function unfinishedTextOf(messages: readonly Message[]): { text: string; cuts: number } {
  let text = '';
  let cuts = 0;
  for (let at = messages.length - 1; at > 0; at -= 2) {
    const asked = messages[at];
    const part = messages[at - 1];
    if (asked?.role !== 'user' || textOf(asked.content) !== GO_ON || part?.role !== 'assistant') break;
    text = textOf(part.content) + text;
    cuts += 1;
  }
  return { text, cuts };
}

export function textOf(content: readonly Block[]): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
}
