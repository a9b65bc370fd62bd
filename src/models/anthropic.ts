import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { ModelPort, StopReason } from '../protocol/model.ts';
import { anthropicBody, sealOf } from './anthropic-request.ts';
import { runExchange, type VendorOptions } from './exchange.ts';
import { StreamFault } from './failure.ts';
import { parseEvent, readEvents } from './read-events.ts';
import type { ReplyDraft } from './reply-draft.ts';

/**
 * Anthropic's Messages API. Where a request goes, who asks and in which version of the API is its SDK's to say, once: it
 * is loaded with the first request. Body, retries and what comes back are ours, as with any other vendor: the SDK makes
 * client, headers and reader anew for each request, which takes longer than all else between two turns.
 */
export function createAnthropic(options: VendorOptions): ModelPort {
  let head: Promise<Head> | null = null;
  return {
    vendor: 'anthropic',
    place: 'cloud',
    endpoint: options.endpoint,
    complete: (request) =>
      runExchange(options, request, async (exchange) => {
        head ??= askForHead(options);
        const { url, headers } = await head;
        const body = await exchange.post(url, headers, JSON.stringify(anthropicBody(request)));
        await readEvents(body, (data) => {
          // The SDK's types say what Anthropic sends; `take` looks for what else may come.
          take(parseEvent(data) as RawMessageStreamEvent, exchange.draft, request.model);
        });
      }),
  };
}

/** The same for all requests of a client that streams and adds no headers of its own. */
interface Head {
  url: string;
  headers: Record<string, string>;
}

/** The SDK makes a request, and nothing is sent. Rejects with what the SDK has against the endpoint or the key. */
async function askForHead(options: VendorOptions): Promise<Head> {
  const { createMessages } = await import('./anthropic-sdk.ts');
  const asked = Promise.withResolvers<Head>();
  const messages = createMessages({
    // Never null: the SDK would then look for a key in the environment and in profiles that nobody named.
    apiKey: options.apiKey ?? '',
    baseURL: options.endpoint,
    maxRetries: 0,
    async fetch(input, init) {
      // It hands over an object of the standard's class, which lists names and values.
      asked.resolve({ url: String(input), headers: Object.fromEntries(init?.headers as Headers) });
      throw new Error('nothing is sent');
    },
    // It would log to stdout, which belongs to the answer.
    logLevel: 'off',
    openTelemetry: false,
  });
  const made = messages.create({ model: '', max_tokens: 1, messages: [], stream: true });
  made.asResponse().catch(asked.reject);
  return asked.promise;
}

const STOP_REASONS: Record<string, StopReason> = {
  end_turn: 'end_turn',
  pause_turn: 'end_turn',
  tool_use: 'tool_use',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'max_tokens',
  stop_sequence: 'stop_sequence',
  refusal: 'refusal',
};

function take(event: RawMessageStreamEvent, draft: ReplyDraft, model: string): void {
  switch (event.type) {
    case 'message_start': {
      const { usage } = event.message;
      draft.noteUsage({
        inputTokens: usage.input_tokens,
        outputTokens: usage.output_tokens,
        cacheReadTokens: usage.cache_read_input_tokens ?? 0,
        cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
      });
      return;
    }
    case 'content_block_start': {
      const block = event.content_block;
      if (block.type === 'tool_use') draft.toolStart(event.index, block.id, block.name);
      if (block.type === 'text') draft.text(block.text);
      if (block.type === 'thinking') draft.thinking(block.thinking);
      if (block.type === 'redacted_thinking') draft.seal(sealOf(model, block.data, true));
      return;
    }
    case 'content_block_delta': {
      const { delta } = event;
      if (delta.type === 'text_delta') draft.text(delta.text);
      if (delta.type === 'thinking_delta') draft.thinking(delta.thinking);
      if (delta.type === 'signature_delta') draft.seal(sealOf(model, delta.signature));
      if (delta.type === 'input_json_delta') draft.toolArguments(event.index, delta.partial_json);
      return;
    }
    case 'message_delta':
      draft.noteUsage({ outputTokens: event.usage.output_tokens });
      if (event.delta.stop_reason !== null) draft.stop(STOP_REASONS[event.delta.stop_reason] ?? 'end_turn');
      return;
    case 'content_block_stop':
    case 'message_stop':
      return;
    default:
      throwIfError(event);
  }
}

/** Anthropic's `error` event, and that of proxies which give it no type. */
function throwIfError(event: unknown): void {
  if (typeof event !== 'object' || event === null || !('error' in event)) return;
  const { error } = event;
  const isNamed = typeof error === 'object' && error !== null && 'type' in error && 'message' in error;
  if (isNamed) throw new StreamFault(String(error.type), String(error.message));
  throw new StreamFault('error', JSON.stringify(error));
}
