import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Post, PostAnswer, PostRequest } from '../protocol/post.ts';
import { proxyFor, withProxy } from './env-proxy.ts';
import { errorCode } from './state-errors.ts';

/** Until a connection is there, TLS included. How long an answer may take is for the caller to watch. */
const CONNECT_MS = 10_000;

/**
 * POST by node:http, over connections that are kept for the next one. fetch takes longer for a request than all else that
 * steward does between two turns of a talk, and holds several megabytes that each start of a command then copies.
 */
export function createPost(connectMs = CONNECT_MS): Post {
  return async (url, request) => {
    for (;;) {
      const answer = await postOnce(url, request, connectMs);
      if (answer !== STALE) return answer;
    }
  };
}

/**
 * A kept connection was closed without an answer, as a rule before the server saw the request: the next one is another, at
 * last a new one. A server that died of the request gets it once more that way.
 */
const STALE = 'stale';

async function postOnce(
  url: string,
  { headers, body, signal }: PostRequest,
  connectMs: number,
): Promise<PostAnswer | typeof STALE> {
  const target = new URL(url);
  const isSecure = target.protocol === 'https:';
  const { request } = isSecure ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method: 'POST',
      // Compressed events would wait for one another.
      headers: {
        'user-agent': 'steward',
        ...headers,
        'accept-encoding': 'identity',
        'content-length': Buffer.byteLength(body),
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
      resolve(readAnswer(answer));
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

function readAnswer(answer: IncomingMessage): PostAnswer {
  const headers = Object.entries(answer.headersDistinct).map(
    ([name, values = []]) => [name, values.join(', ')] as const,
  );
  const coding = answer.headers['content-encoding'] || 'identity';
  const body = coding === 'identity' ? answer : decompress(answer, coding);
  return { status: answer.statusCode ?? 0, headers: new Map(headers), body };
}

/** Some servers and proxies compress also what nobody asked them to. */
async function* decompress(answer: IncomingMessage, coding: string): AsyncGenerator<Uint8Array> {
  const { createBrotliDecompress, createUnzip } = await import('node:zlib');
  const decoder =
    coding === 'br' ? createBrotliDecompress() : /^(x-)?gzip$|^deflate$/.test(coding) ? createUnzip() : null;
  if (decoder === null) throw new Error(`the answer is compressed in a way that is not known (${coding})`);
  const { pipeline } = await import('node:stream');
  // An error or the end of one is that of the other.
  yield* pipeline(answer, decoder, () => {});
}
