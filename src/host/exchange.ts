import type { ClientRequest, IncomingMessage } from 'node:http';
import { hasEnvProxy, proxyFor, withProxy } from './env-proxy.ts';
import { errorCode } from './state-errors.ts';

export interface ExchangeRequest {
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** Aborted: the connection is given up, and the answer's body ends with an error. */
  signal: AbortSignal;
  /** Until a connection is there, TLS included. How long an answer may take is for the caller to watch. */
  connectMs: number;
  /** Over a connection that is kept for the next one; absent: over one of its own, which is closed behind it. */
  isKept?: true;
}

/**
 * One request by node:http(s). Redirects are answers. fetch takes longer
 * for a request than all else that steward does between two turns of a talk, holds several megabytes that each start of
 * a command then copies, and asks nobody at the eighty ports that browsers shun (the Fetch standard's "bad port":
 * 6000, 10080, …).
 *
 * Rejects, with a `code` of the system or of TLS, when no answer comes; where a proxy of the environment refused or was
 * not there, `proxy` of the error is its `host:port`.
 */
export async function exchange(target: URL, request: ExchangeRequest): Promise<IncomingMessage> {
  for (;;) {
    const answer = await exchangeOnce(target, request);
    if (answer !== STALE) return answer;
  }
}

/**
 * A kept connection was closed without an answer, as a rule before the server saw the request: the next one is another, at
 * last a new one. A server that died of the request gets it once more that way.
 */
const STALE = 'stale';

async function exchangeOnce(
  target: URL,
  { method, headers, body, signal, connectMs, isKept }: ExchangeRequest,
): Promise<IncomingMessage | typeof STALE> {
  const isSecure = target.protocol === 'https:';
  const { Agent, request } = isSecure ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method,
      // Only the shared one takes the environment's proxies by itself.
      ...(isKept === true ? {} : { agent: new Agent(hasEnvProxy() ? { proxyEnv: process.env } : {}) }),
      headers: {
        'user-agent': 'steward',
        ...headers,
        // Compressed events would wait for one another.
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      signal,
    });
    limitConnecting(sent, isSecure ? 'secureConnect' : 'connect', connectMs);
    let hasAnswered = false;
    // Another protocol, say: the connection is closed without an error.
    sent.once('close', () => {
      if (!hasAnswered) reject(new Error('the connection was closed without an answer'));
    });
    sent.on('error', (error) => {
      const isStale = !hasAnswered && sent.reusedSocket && STALE_CODES.has(errorCode(error) ?? '');
      if (isStale) resolve(STALE);
      else reject(withProxy(error, target));
    });
    sent.once('response', (answer) => {
      hasAnswered = true;
      const proxy = answer.statusCode === 407 ? proxyFor(target) : null;
      if (proxy !== null) {
        answer.resume();
        const said = `HTTP/1.1 407 ${answer.statusMessage}`;
        return reject(Object.assign(new Error(said), { proxy: proxy.host }));
      }
      resolve(answer);
    });
    sent.end(body);
  });
}

const STALE_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

function limitConnecting(sent: ClientRequest, done: 'connect' | 'secureConnect', connectMs: number): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) return;
    const error = Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => sent.destroy(error), connectMs);
    const stop = (): void => clearTimeout(timer);
    socket.once(done, stop);
    sent.once('close', stop);
  });
}

/** The answer's bytes as they come. Throws when the connection breaks off; read to its end or given up. */
export function bodyOf(answer: IncomingMessage): AsyncIterable<Uint8Array> {
  const coding = (answer.headers['content-encoding'] || 'identity').toLowerCase();
  return coding === 'identity' ? answer : decompress(answer, coding);
}

/** Some servers and proxies compress also what nobody asked them to. */
async function* decompress(answer: IncomingMessage, coding: string): AsyncGenerator<Uint8Array> {
  const { createBrotliDecompress, createUnzip, createZstdDecompress } = await import('node:zlib');
  const unzip = /^(x-)?gzip$|^deflate$/.test(coding) ? createUnzip : null;
  const create = coding === 'br' ? createBrotliDecompress : coding === 'zstd' ? createZstdDecompress : unzip;
  if (create === null) {
    answer.destroy();
    throw new Error(`the answer is compressed in a way that is not known (${coding})`);
  }
  const decoder = create();
  const { pipeline } = await import('node:stream');
  try {
    // An error or the end of one is that of the other.
    yield* pipeline(answer, decoder, () => {});
  } catch (error) {
    // Answers without a body, to HEAD and with 204 or 304, name the coding that it would have.
    if (decoder.bytesWritten > 0 || errorCode(error) !== 'Z_BUF_ERROR') throw error;
  }
}
