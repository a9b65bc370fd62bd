import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import type { Block, Message } from '../protocol/message.ts';
import type { ModelRequest } from '../protocol/model.ts';

const CACHED = { cache_control: { type: 'ephemeral' as const } };

/**
 * The body of a request to the Messages API. Pure: the same request gives the same bytes, so that the vendor's cache
 * of the prefix (tools, then system, then messages) is hit again. Three of its four cache marks are used: on the last
 * tool, on the last stable part of the system text, and on the newest block.
 */
export function anthropicBody(request: ModelRequest): MessageCreateParamsStreaming {
  const tools = request.tools.map(
    (tool, i): Tool => ({
      name: tool.name,
      description: tool.description,
      // The schema of a tool is always that of an object; the SDK's type wants that said.
      input_schema: tool.inputSchema as Tool['input_schema'],
      ...(i === request.tools.length - 1 ? CACHED : {}),
    }),
  );
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    system: request.system.map(
      (part): TextBlockParam => ({
        type: 'text',
        text: part.text,
        ...(part.isCacheEnd === true ? CACHED : {}),
      }),
    ),
    messages: markNewest(request.messages.map((message) => messageParam(message, request.model))),
    ...(tools.length === 0 ? {} : { tools }),
    ...(request.outputSchema === undefined
      ? {}
      : { output_config: { format: { type: 'json_schema', schema: request.outputSchema } } }),
    stream: true,
  };
}

/**
 * A seal is valid for one model only, so the model's name is kept in front of it: after a fall-back the thinking of
 * another model is left out. `redacted` marks thinking that the vendor encrypted.
 */
export function sealOf(model: string, signature: string, isRedacted = false): string {
  return `${isRedacted ? 'redacted' : 'anthropic'}:${model}:${signature}`;
}

interface BlockMessage {
  role: MessageParam['role'] & Message['role'];
  content: ContentBlockParam[];
}

function messageParam(message: Message, model: string): BlockMessage {
  const content = message.content.flatMap((block) => blockParam(block, model));
  // The API refuses a message without content; a model that ended its turn in silence leaves one.
  return {
    role: message.role,
    content: content.length === 0 ? [{ type: 'text', text: '(nothing)' }] : content,
  };
}

function blockParam(block: Block, model: string): ContentBlockParam[] {
  switch (block.type) {
    case 'text':
      // Text without a visible character is refused.
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }];
    case 'thinking':
      return thinkingParam(block.text, block.signature ?? '', model);
    case 'tool_use':
      return [{ type: 'tool_use', id: plainId(block.id), name: block.name, input: block.input }];
    case 'tool_result':
      return [
        {
          type: 'tool_result',
          tool_use_id: plainId(block.toolUseId),
          content: block.content,
          ...(block.isError ? { is_error: true } : {}),
        },
      ];
  }
}

function thinkingParam(text: string, seal: string, model: string): ContentBlockParam[] {
  const own = `anthropic:${model}:`;
  if (seal.startsWith(own)) return [{ type: 'thinking', thinking: text, signature: seal.slice(own.length) }];
  const redacted = `redacted:${model}:`;
  if (seal.startsWith(redacted)) return [{ type: 'redacted_thinking', data: seal.slice(redacted.length) }];
  return [];
}

/** Ids of other vendors may hold characters that this API refuses. */
function plainId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_');
}

function markNewest(messages: BlockMessage[]): BlockMessage[] {
  const last = messages.at(-1);
  const newest = last?.content.at(-1);
  if (last === undefined) return messages;
  if (newest?.type !== 'text' && newest?.type !== 'tool_result' && newest?.type !== 'tool_use')
    return messages;
  const content = [...last.content.slice(0, -1), { ...newest, ...CACHED }];
  return [...messages.slice(0, -1), { ...last, content }];
}
