import type { Dialect, Quirk, ScriptedCall, Turn, WireRequest } from './script.ts';

/** Replies as the bytes that each vendor's server sends, in pieces so that faults can cut between and inside them. */
export interface Piece {
  kind: 'start' | 'text' | 'tool' | 'end' | 'done';
  bytes: string;
}

export const CONTENT_TYPES: Record<Dialect, string> = {
  anthropic: 'text/event-stream; charset=utf-8',
  openai: 'text/event-stream',
  ollama: 'application/x-ndjson',
};

export function replyPieces(dialect: Dialect, turn: Turn, request: WireRequest): Piece[] {
  const pieces = { anthropic: anthropicPieces, openai: openaiPieces, ollama: ollamaPieces }[dialect](
    turn,
    request,
  );
  if (!has(turn, 'crlf')) return pieces;
  return pieces.map((piece) => ({ ...piece, bytes: piece.bytes.replaceAll('\n', '\r\n') }));
}

/** An error in the middle of a stream. */
export function errorPiece(dialect: Dialect, message: string): string {
  if (dialect === 'anthropic') {
    return sse({ type: 'error', error: { type: 'overloaded_error', message } }, 'error');
  }
  if (dialect === 'openai') return sse({ error: { message, type: 'server_error', code: 503 } });
  return `${JSON.stringify({ error: message })}\n`;
}

/** The body of an HTTP error, as each vendor writes it. */
export function errorBody(dialect: Dialect, status: number): unknown {
  const [type, message] = ERROR_TEXTS[status] ?? ['api_error', `status ${status}`];
  if (dialect === 'anthropic') return { type: 'error', error: { type, message }, request_id: 'req_wire' };
  if (dialect === 'openai') return { error: { type, message, code: type } };
  return { error: message };
}

const ERROR_TEXTS: Record<number, [string, string]> = {
  400: ['invalid_request_error', 'messages: field required'],
  401: ['authentication_error', 'invalid x-api-key'],
  402: ['billing_error', 'Your credit balance is too low'],
  403: ['permission_error', 'this key may not use this resource'],
  404: ['not_found_error', 'model: no such model'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', 'This request would exceed your rate limit'],
  500: ['api_error', 'Internal server error'],
  529: ['overloaded_error', 'Overloaded'],
};

function anthropicPieces(turn: Turn, request: WireRequest): Piece[] {
  const pieces: Piece[] = [];
  const usage = usageOf(turn);
  const push = (kind: Piece['kind'], data: { type: string } & Record<string, unknown>) =>
    pieces.push({ kind, bytes: sse(data, data.type) });
  push('start', {
    type: 'message_start',
    message: {
      id: `msg_${request.n}`,
      type: 'message',
      role: 'assistant',
      model: request.body.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: usage.input,
        cache_read_input_tokens: usage.cacheRead,
        cache_creation_input_tokens: usage.cacheWrite,
        output_tokens: 1,
      },
    },
  });
  push('start', { type: 'ping' });
  let index = 0;
  const block = (kind: 'text' | 'tool', start: object, deltas: object[]) => {
    push('start', { type: 'content_block_start', index, content_block: start });
    for (const delta of deltas) push(kind, { type: 'content_block_delta', index, delta });
    push('end', { type: 'content_block_stop', index });
    index += 1;
  };
  if (turn.thinking !== undefined) {
    const deltas = split(turn.thinking, turn).map((thinking) => ({ type: 'thinking_delta', thinking }));
    block('text', { type: 'thinking', thinking: '', signature: '' }, [
      ...deltas,
      { type: 'signature_delta', signature: `sig-${turn.thinking.length}` },
    ]);
  }
  if (turn.text !== undefined) {
    const deltas = split(turn.text, turn).map((text) => ({ type: 'text_delta', text }));
    block('text', { type: 'text', text: '' }, deltas);
  }
  for (const [i, call] of (turn.toolCalls ?? []).entries()) {
    const halves = argumentPieces(call, turn).map((json) => ({
      type: 'input_json_delta',
      partial_json: json,
    }));
    block('tool', { type: 'tool_use', id: callId('toolu', request, i), name: call.name, input: {} }, halves);
  }
  push('end', {
    type: 'message_delta',
    delta: {
      stop_reason: turn.stopReason ?? (hasCalls(turn) ? 'tool_use' : 'end_turn'),
      stop_sequence: null,
    },
    usage: { output_tokens: usage.output },
  });
  push('done', { type: 'message_stop' });
  return pieces;
}

function openaiPieces(turn: Turn, request: WireRequest): Piece[] {
  const base = { id: `chatcmpl-${request.n}`, object: 'chat.completion.chunk', model: request.body.model };
  const chunk = (kind: Piece['kind'], delta: object, finish: string | null = null): Piece => ({
    kind,
    bytes: sse({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] }),
  });
  const pieces = [chunk('start', { role: 'assistant', content: '' })];
  for (const part of split(turn.thinking ?? '', turn))
    pieces.push(chunk('text', { reasoning_content: part }));
  for (const part of split(turn.text ?? '', turn)) pieces.push(chunk('text', { content: part }));
  for (const [i, call] of (turn.toolCalls ?? []).entries()) {
    const index = has(turn, 'no-index') ? {} : { index: i };
    const id = has(turn, 'no-ids') ? {} : { id: callId('call', request, i) };
    if (has(turn, 'object-arguments')) {
      const whole = { name: call.name, arguments: call.input ?? {} };
      pieces.push(chunk('tool', { tool_calls: [{ ...index, ...id, type: 'function', function: whole }] }));
      continue;
    }
    const [first = '', ...rest] = argumentPieces(call, turn);
    const head = { name: call.name, arguments: first };
    pieces.push(chunk('tool', { tool_calls: [{ ...index, ...id, type: 'function', function: head }] }));
    for (const part of rest) {
      pieces.push(chunk('tool', { tool_calls: [{ ...index, function: { arguments: part } }] }));
    }
  }
  pieces.push(chunk('end', {}, openaiFinish(turn)));
  const usage = usageOf(turn);
  const options = request.body.stream_options;
  const wantsUsage = typeof options === 'object' && options !== null && 'include_usage' in options;
  if (wantsUsage && !has(turn, 'no-usage')) {
    const counts = {
      prompt_tokens: usage.input + usage.cacheRead,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.cacheRead + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cacheRead },
    };
    pieces.push({ kind: 'end', bytes: sse({ ...base, choices: [], usage: counts }) });
  }
  pieces.push({ kind: 'done', bytes: 'data: [DONE]\n\n' });
  return pieces;
}

function ollamaPieces(turn: Turn, request: WireRequest): Piece[] {
  const base = { model: request.body.model, created_at: new Date(request.at).toISOString() };
  const line = (kind: Piece['kind'], message: object, more: object = { done: false }): Piece => ({
    kind,
    bytes: `${JSON.stringify({ ...base, message: { role: 'assistant', content: '', ...message }, ...more })}\n`,
  });
  const pieces: Piece[] = [];
  for (const part of split(turn.thinking ?? '', turn)) pieces.push(line('text', { thinking: part }));
  for (const part of split(turn.text ?? '', turn)) pieces.push(line('text', { content: part }));
  for (const call of turn.toolCalls ?? []) {
    const args = call.rawInput ?? call.input ?? {};
    pieces.push(line('tool', { tool_calls: [{ function: { name: call.name, arguments: args } }] }));
  }
  const usage = usageOf(turn);
  const counts = has(turn, 'no-usage')
    ? {}
    : { prompt_eval_count: usage.input, eval_count: usage.output, total_duration: 1_000_000 };
  const reason = turn.stopReason === 'max_tokens' ? 'length' : 'stop';
  pieces.push(line('done', {}, { done: true, done_reason: reason, ...counts }));
  return pieces;
}

function openaiFinish(turn: Turn): string {
  if (turn.stopReason === 'max_tokens') return 'length';
  if (turn.stopReason === 'refusal') return 'content_filter';
  return hasCalls(turn) ? 'tool_calls' : 'stop';
}

function usageOf(turn: Turn) {
  return { input: 100, output: 20, cacheRead: 0, cacheWrite: 0, ...turn.usage };
}

/** Unique in a conversation, the same when the same turn is asked for again. */
function callId(prefix: string, request: WireRequest, i: number): string {
  return `${prefix}_${request.assistantMessages}_${i}`;
}

/** At least two pieces, so that a call can be cut in the middle of its arguments. */
function argumentPieces(call: ScriptedCall, turn: Turn): string[] {
  const text = call.rawInput ?? JSON.stringify(call.input ?? {});
  if (has(turn, 'whole-arguments')) return [text];
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function split(text: string, turn: Turn): string[] {
  const size = turn.chunkChars ?? 16;
  const characters = Array.from(text);
  const parts: string[] = [];
  for (let i = 0; i < characters.length; i += size) parts.push(characters.slice(i, i + size).join(''));
  return parts;
}

function sse(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function has(turn: Turn, quirk: Quirk): boolean {
  return turn.quirks?.includes(quirk) ?? false;
}

function hasCalls(turn: Turn): boolean {
  return (turn.toolCalls?.length ?? 0) > 0;
}
