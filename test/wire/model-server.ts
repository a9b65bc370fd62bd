import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTENT_TYPES, errorBody, errorPiece, type Piece, replyPieces } from './dialects.ts';
import {
  chooseStep,
  chooseTurn,
  type Dialect,
  describeBody,
  type Script,
  type Step,
  type Turn,
  type WireRequest,
} from './script.ts';

/**
 * A model server on 127.0.0.1 that speaks a vendor's wire dialect from a script: real bytes over a real socket, real
 * faults. Only node: imports here and in the files beside it, so that it runs anywhere.
 */
export interface ModelServer {
  /** `http://127.0.0.1:PORT`. What each client wants as its base is in `baseUrl`. */
  url: string;
  /** With `/v1` for the OpenAI dialect. */
  baseUrl: string;
  port: number;
  /** Requests for a reply, in the order in which they came. */
  requests: WireRequest[];
  /** Per request: how the exchange ended so far. */
  endings: ('open' | 'answered' | 'closed-by-client' | 'cut-by-server')[];
  close(): Promise<void>;
}

export interface ModelServerOptions {
  dialect: Dialect;
  script: Script;
  port?: number;
  host?: string;
  onRequest?: (request: WireRequest) => void;
  /** When the whole answer was handed to the system; milliseconds since the epoch. */
  onAnswered?: (request: WireRequest, at: number) => void;
  /** What /api/show and /v1/models say about every model. */
  contextTokens?: number;
}

const REPLY_PATHS = new Set(['/v1/messages', '/v1/chat/completions', '/chat/completions', '/api/chat']);

export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const requests: WireRequest[] = [];
  const endings: ModelServer['endings'] = [];
  const seen = new Map<Step, number>();
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  server.keepAliveTimeout = 60_000;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(incoming.url ?? '/', 'http://wire').pathname;
    const text = await readBody(incoming);
    if (incoming.method !== 'POST' || !REPLY_PATHS.has(path)) return answerAside(path, options, response);
    const body: unknown = JSON.parse(text);
    const record = typeof body === 'object' && body !== null ? { ...body } : {};
    const request: WireRequest = {
      n: requests.length,
      at: preciseNow(),
      method: incoming.method,
      path,
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([k, v]) => [k, String(v)])),
      body: record,
      bodyBytes: Buffer.byteLength(text),
      ...describeBody(record),
    };
    requests.push(request);
    endings.push('open');
    options.onRequest?.(request);
    response.once('finish', () => options.onAnswered?.(request, preciseNow()));
    const gone = new AbortController();
    response.on('close', () => {
      if (endings[request.n] === 'open') {
        endings[request.n] = response.writableFinished ? 'answered' : 'closed-by-client';
      }
      gone.abort();
    });
    const cut = () => {
      endings[request.n] = 'cut-by-server';
    };
    const turn = await turnFor(options.script, request, seen);
    // A sleep that is aborted rejects; the client is gone then, and there is nobody to answer.
    await speak(options.dialect, turn, request, response, gone.signal, cut).catch((error: unknown) => {
      if (!gone.signal.aborted) throw error;
    });
  }

  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    baseUrl: options.dialect === 'openai' ? `${url}/v1` : url,
    port,
    requests,
    endings,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Finer than Date.now(), and the same clock in every process. */
function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

async function turnFor(script: Script, request: WireRequest, seen: Map<Step, number>): Promise<Turn> {
  if (typeof script === 'function') return await script(request, request.n);
  const step = chooseStep(script, request);
  if (step !== undefined) return chooseTurn(step, seen);
  const message = `the script has no turn ${request.assistantMessages}`;
  return { fault: 'status', status: 400, body: { error: { type: 'script_ended', message } } };
}

async function speak(
  dialect: Dialect,
  turn: Turn,
  request: WireRequest,
  response: ServerResponse,
  gone: AbortSignal,
  cut: () => void,
): Promise<void> {
  if (turn.fault === 'hang') return;
  if (turn.delayMs !== undefined) await sleep(turn.delayMs, undefined, { signal: gone });
  if (turn.fault === 'reset' && turn.afterStart !== true) {
    cut();
    response.socket?.resetAndDestroy();
    return;
  }
  if (turn.fault === 'status') return sendStatus(dialect, turn, response);
  response.writeHead(200, { 'content-type': CONTENT_TYPES[dialect], ...turn.headers });
  if (turn.fault === 'garbage') {
    response.end(
      typeof turn.body === 'string' ? turn.body : '<html>\u0000 no model lives here </html>\n\n{"a":',
    );
    return;
  }
  for (const bytes of cutPieces(dialect, turn, replyPieces(dialect, turn, request))) {
    response.write(bytes);
    const pause = turn.chunkDelayMs ?? (turn.fault === 'slow' ? 1 : 0);
    if (pause > 0) await sleep(pause, undefined, { signal: gone });
  }
  if (turn.fault === 'silent-after-start' || turn.fault === 'open-end') return;
  if (turn.fault === 'reset') {
    // What was written must leave first, else the client sees a reset before any text.
    await sleep(20, undefined, { signal: gone });
    cut();
    response.socket?.resetAndDestroy();
    return;
  }
  response.end();
}

/** The bytes that a fault lets through. */
function cutPieces(dialect: Dialect, turn: Turn, pieces: Piece[]): (string | Uint8Array)[] {
  const all = pieces.map((piece) => piece.bytes);
  const firstText = pieces.findIndex((piece) => piece.kind === 'text');
  switch (turn.fault) {
    case 'slow':
      return sliceBytes(all.join(''), 48);
    case 'no-done':
      return pieces.filter((piece) => piece.kind !== 'done').map((piece) => piece.bytes);
    case 'half-tool-call': {
      const at = pieces.findIndex((piece) => piece.kind === 'tool');
      const piece = all[at];
      if (piece === undefined) throw new Error('half-tool-call needs toolCalls');
      // Ollama sends a call in one line; there the line itself is cut.
      return [...all.slice(0, at), dialect === 'ollama' ? piece.slice(0, piece.length / 2) : piece];
    }
    case 'close-early':
    case 'silent-after-start':
    case 'reset':
      return all.slice(0, firstText + 1);
    case 'stream-error':
      return [...all.slice(0, firstText + 1), errorPiece(dialect, 'Overloaded')];
    default:
      return all;
  }
}

function sliceBytes(text: string, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += size) parts.push(bytes.subarray(i, i + size));
  return parts;
}

function sendStatus(dialect: Dialect, turn: Turn, response: ServerResponse): void {
  const status = turn.status ?? 500;
  const body = turn.body ?? errorBody(dialect, status);
  response.writeHead(status, { 'content-type': 'application/json', ...turn.headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What clients ask beside replies: which models there are, and whether the server is there at all. */
function answerAside(path: string, options: ModelServerOptions, response: ServerResponse): void {
  const contextTokens = options.contextTokens ?? 32_768;
  const answers: Record<string, unknown> = {
    '/': 'Ollama is running',
    '/api/version': { version: '0.0.0-wire' },
    '/api/tags': { models: [{ name: 'scripted:latest', model: 'scripted:latest' }] },
    '/api/show': {
      capabilities: ['completion', 'tools'],
      model_info: { 'wire.context_length': contextTokens },
    },
    '/v1/models': {
      object: 'list',
      data: [{ id: 'scripted', object: 'model', max_model_len: contextTokens }],
    },
  };
  const found = answers[path];
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(found === undefined ? '{"error":"not found"}' : JSON.stringify(found));
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
