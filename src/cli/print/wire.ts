import type { Block } from '../../protocol/message.ts';
import { NO_USAGE, type Usage } from '../../protocol/model.ts';

/** Our words in Claude Code's spelling. */
export function toWireBlock(block: Block): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.text, signature: block.signature ?? '' };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
    case 'tool_result':
      return {
        type: 'tool_result',
        tool_use_id: block.toolUseId,
        content: block.content,
        is_error: block.isError,
      };
  }
}

/** null: not known yet. */
export function toWireUsage(usage: Usage | null): Record<string, number> {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage ?? NO_USAGE;
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
    output_tokens: outputTokens,
  };
}

/** The same on partial and whole messages, and another one in every turn of every run. */
export function messageId(run: string, turn: number): string {
  return `msg_${run.slice(0, 8)}_${turn}`;
}
