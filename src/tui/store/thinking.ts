import type { Block } from '../../protocol/message.ts';

/** What a model thought before it answered; '' when it does not tell. */
export function thinkingOf(content: readonly Block[]): string {
  return content.flatMap((block) => (block.type === 'thinking' ? [block.text] : [])).join('\n');
}
