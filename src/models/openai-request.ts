import type { Message, SystemPart } from '../protocol/message.ts';
import type { ModelRequest } from '../protocol/model.ts';

/** How far a server goes with the dialect. */
export interface DialectTraits {
  /** What `response_format` it takes; `without-tools`: only in requests that offer no tools. */
  outputFormat: 'json_schema' | 'json_schema-without-tools' | 'json_object' | 'none';
  /** Name of the limit on output: OpenAI's own newer models refuse `max_tokens`. */
  outputLimit: 'max_tokens' | 'max_completion_tokens';
}

/** The body of a chat completion request. Pure: the same request gives the same bytes. */
export function openaiBody(request: ModelRequest, traits: DialectTraits): Record<string, unknown> {
  const tools = request.tools.map((tool) => ({
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: tool.inputSchema },
  }));
  const format = responseFormat(request, traits);
  return {
    model: request.model,
    messages: [...systemMessage(request.system), ...request.messages.flatMap(chatMessages)],
    ...(tools.length === 0 ? {} : { tools }),
    [traits.outputLimit]: request.maxOutputTokens,
    ...(format === undefined ? {} : { response_format: format }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

/**
 * Google's seal on a call, which its models want back with the call. It travels as a thinking block before the call:
 * `call:<id>:<seal>`.
 */
export function callSeal(id: string, seal: string): string {
  return `call:${id}:${seal}`;
}

function responseFormat(request: ModelRequest, traits: DialectTraits): object | undefined {
  if (request.outputSchema === undefined || traits.outputFormat === 'none') return undefined;
  if (traits.outputFormat === 'json_object') return { type: 'json_object' };
  if (traits.outputFormat === 'json_schema-without-tools' && request.tools.length > 0) return undefined;
  return { type: 'json_schema', json_schema: { name: 'answer', schema: request.outputSchema } };
}

function systemMessage(parts: readonly SystemPart[]): object[] {
  const text = parts.map((part) => part.text).join('\n\n');
  return text === '' ? [] : [{ role: 'system', content: text }];
}

function chatMessages(message: Message): object[] {
  const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  if (message.role === 'user') {
    const results = message.content.flatMap((block) =>
      block.type === 'tool_result'
        ? [{ role: 'tool', tool_call_id: block.toolUseId, content: block.content }]
        : [],
    );
    return text === '' && results.length > 0 ? results : [...results, { role: 'user', content: text }];
  }
  const calls = message.content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            id: block.id,
            type: 'function',
            function: { name: block.name, arguments: JSON.stringify(block.input) },
            ...sealFor(block.id, message),
          },
        ]
      : [],
  );
  if (calls.length > 0) return [{ role: 'assistant', content: text === '' ? null : text, tool_calls: calls }];
  return [{ role: 'assistant', content: text === '' ? '(nothing)' : text }];
}

function sealFor(id: string, message: Message): object {
  const prefix = callSeal(id, '');
  for (const block of message.content) {
    if (block.type === 'thinking' && block.signature?.startsWith(prefix) === true) {
      return { extra_content: { google: { thought_signature: block.signature.slice(prefix.length) } } };
    }
  }
  return {};
}
