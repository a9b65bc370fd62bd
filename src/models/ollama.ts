import type { ChatRequest, ChatResponse, Message as OllamaMessage, Tool as OllamaTool } from 'ollama';
import { parseShallowJson } from '../lib/shallow-json.ts';
import type { Message } from '../protocol/message.ts';
import type { ModelPort, ModelRequest } from '../protocol/model.ts';
import { type Body, type Exchange, refuseRequest, runExchange, type VendorOptions } from './exchange.ts';
import { StreamFault } from './failure.ts';
import type { ReplyDraft } from './reply-draft.ts';

export interface OllamaOptions extends VendorOptions {
  place: 'local' | 'cloud';
  /** Sent as `num_ctx`. Ollama's own default is small, and it cuts what does not fit without a word. */
  contextTokens: number;
}

/** Ollama through its package, which is loaded with the first request. */
export function createOllama(options: OllamaOptions): ModelPort {
  return {
    vendor: 'ollama',
    place: options.place,
    endpoint: options.endpoint,
    async complete(request) {
      const body = ollamaBody(request, options.contextTokens);
      const bytes = Buffer.byteLength(JSON.stringify(body));
      if (bytes / BYTES_PER_TOKEN_AT_MOST > options.contextTokens) {
        const text = `the prompt is too long for a context of ${options.contextTokens} tokens (${bytes} bytes)`;
        return refuseRequest(options, request, {
          class: 'bad-request',
          status: null,
          resumeAt: null,
          text,
          isPromptTooLong: true,
        });
      }
      return runExchange(options, request, async (exchange) => {
        const { Ollama } = await import('ollama/browser');
        const client = new Ollama({ host: options.endpoint, fetch: plainFetch(exchange, options.apiKey) });
        const parts = await client.chat(body);
        for await (const part of parts) take(part, exchange.draft);
      });
    },
  };
}

/** No tokenizer packs ordinary text denser; above this the prompt cannot fit. */
const BYTES_PER_TOKEN_AT_MOST = 5;

function ollamaBody(request: ModelRequest, contextTokens: number): ChatRequest & { stream: true } {
  const system = request.system.map((part) => part.text).join('\n\n');
  const tools = request.tools.map((tool) => ({
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: tool.inputSchema },
  }));
  return {
    model: request.model,
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      ...request.messages.flatMap((message) => ollamaMessages(message, request.messages)),
    ],
    // The package types JSON Schema narrower than the server reads it.
    ...(tools.length === 0 ? {} : { tools: tools as OllamaTool[] }),
    // Ollama holds the whole reply to the format: with tools beside it, none would ever be called.
    ...(request.outputSchema === undefined || tools.length > 0 ? {} : { format: request.outputSchema }),
    options: { num_ctx: contextTokens, num_predict: request.maxOutputTokens },
    stream: true,
  };
}

function ollamaMessages(message: Message, all: readonly Message[]): OllamaMessage[] {
  const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  if (message.role === 'assistant') {
    const calls = message.content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ function: { name: block.name, arguments: block.input as Record<string, unknown> } }]
        : [],
    );
    return [{ role: 'assistant', content: text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
  }
  const results = message.content.flatMap((block) =>
    block.type === 'tool_result'
      ? [{ role: 'tool', content: block.content, tool_name: toolNameOf(block.toolUseId, all) }]
      : [],
  );
  return text === '' ? results : [...results, { role: 'user', content: text }];
}

function toolNameOf(id: string, all: readonly Message[]): string {
  for (const message of all) {
    for (const block of message.content) if (block.type === 'tool_use' && block.id === id) return block.name;
  }
  return '';
}

function take(part: ChatResponse, draft: ReplyDraft): void {
  if (part.message?.thinking) draft.thinking(part.message.thinking);
  draft.text(part.message?.content ?? '');
  for (const call of part.message?.tool_calls ?? []) {
    const key = `${draft.callCount()}`;
    const { name, arguments: input } = call.function;
    draft.toolStart(key, undefined, name);
    draft.toolArguments(key, typeof input === 'string' ? input : JSON.stringify(input ?? {}));
  }
  if (!part.done) return;
  if (part.prompt_eval_count !== undefined) draft.noteUsage({ inputTokens: part.prompt_eval_count });
  if (part.eval_count !== undefined) draft.noteUsage({ outputTokens: part.eval_count });
  draft.stop(part.done_reason === 'length' ? 'max_tokens' : 'end_turn');
}

/**
 * The package prints lines that are not JSON to the terminal and goes on without them, and adds a key from the
 * environment for its own cloud: both are taken out of its hands here.
 */
function plainFetch(exchange: Exchange, apiKey: string | null): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.delete('authorization');
    if (apiKey !== null) headers.set('authorization', `Bearer ${apiKey}`);
    const body = await exchange.post(String(input), Object.fromEntries(headers), String(init?.body));
    return new Response(ReadableStream.from(wholeLines(body)));
  };
}

/** NDJSON in, whole checked lines out. */
async function* wholeLines(body: Body): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield encoder.encode(lines.map(checkLine).join(''));
  }
  yield encoder.encode(checkLine(rest + decoder.decode()));
}

function checkLine(line: string): string {
  const text = line.trim();
  if (text === '') return '';
  const value = parseLine(text);
  if (typeof value === 'object' && value !== null && 'error' in value) {
    throw new StreamFault(
      'error',
      typeof value.error === 'string' ? value.error : JSON.stringify(value.error),
    );
  }
  return `${text}\n`;
}

function parseLine(text: string): unknown {
  try {
    return parseShallowJson(text);
  } catch (cause) {
    throw new Error(`a line that is not JSON: ${text.slice(0, 60)}`, { cause });
  }
}
