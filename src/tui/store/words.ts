import type { Block } from '../../protocol/message.ts';

/** What is said to a person. */
export function textOf(content: readonly Block[]): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** What a model thought before it answered; '' when it does not tell. */
export function thinkingOf(content: readonly Block[]): string {
  return content.flatMap((block) => (block.type === 'thinking' ? [block.text] : [])).join('\n');
}
