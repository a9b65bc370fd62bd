import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { OpsError } from '../lib/ops-error.ts';
import { errorCode } from './state-errors.ts';

export interface RequestHead {
  method: string;
  /** Without the query, as it was sent. */
  path: string;
  /** What stands behind the question mark, as it was sent. */
  query: string;
  header(name: string): string | undefined;
}

export interface Reply {
  status: number;
  body: string;
  contentType: string;
  headers?: Record<string, string>;
}

export interface HttpServerOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  bodyLimitBytes: number;
  /** Of all bodies that are being read or answered at once: above it, a request is told to come again. */
  bodiesLimitBytes: number;
  /** Before a byte of the body is read. What it answers is the end of it. */
  admit(head: RequestHead): Reply | null;
  handle(head: RequestHead, body: Buffer): Promise<Reply>;
  /** For what is refused here, without a handler. */
  refuse(status: 413 | 500 | 503, error?: unknown): Reply;
}

export interface HttpServer {
  /** `127.0.0.1:9097`. */
  address: string;
  /** No new connections; what is being answered gets its answer, and everything is closed after `withinMs`. */
  drain(withinMs: number): Promise<void>;
}

const MOST_CONNECTIONS = 2_048;
/** A body takes so long at most, however slowly it is sent. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Read and thrown away after an answer that did not need the body, so that the answer is not lost in a reset. */
const DISCARD_BYTES = 8 * 1024 * 1024;
const DISCARD_MS = 2_000;

/** OpsError `usage` when the address cannot be listened on. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { createServer } = await import('node:http');
  let bodiesBytes = 0;
  let isDraining = false;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const head = headOf(request);
    const refused = options.admit(head);
    if (refused !== null) return sendEarly(request, response, refused);
    const announced = Number(request.headers['content-length'] ?? '0');
    if (announced > options.bodyLimitBytes) return sendEarly(request, response, options.refuse(413));
    const reserved = request.headers['transfer-encoding'] === undefined ? announced : options.bodyLimitBytes;
    if (bodiesBytes + reserved > options.bodiesLimitBytes) {
      return sendEarly(request, response, options.refuse(503));
    }
    bodiesBytes += reserved;
    try {
      if (request.headers.expect !== undefined) response.writeContinue();
      const body = await readBody(request, options.bodyLimitBytes);
      if (body === null) return sendEarly(request, response, options.refuse(413));
      send(response, await options.handle(head, body), isDraining);
    } finally {
      bodiesBytes -= reserved;
    }
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      // The other end went away: nobody is there to be answered.
      if (request.destroyed && !request.complete) response.destroy();
      else send(response, options.refuse(500, error), true);
    });
  };
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    listener,
  );
  // Otherwise Node invites a body before anybody has looked at the head.
  server.on('checkContinue', listener);
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  return {
    address: `${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    drain(withinMs) {
      isDraining = true;
      return new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), withinMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = errorCode(error) ?? error.message;
      reject(
        new OpsError('no-listen', 'usage', `cannot listen on ${host}:${port} (${code})`, {
          hint: code === 'EADDRINUSE' ? 'something listens there already' : 'give another --listen HOST:PORT',
          cause: error,
        }),
      );
    });
    server.listen({ host, port, backlog: 1_024 }, resolve);
  });
}

function headOf(request: IncomingMessage): RequestHead {
  const { method = '', url = '/', headers } = request;
  return {
    method,
    path: url.split('?', 1)[0] ?? '/',
    query: url.includes('?') ? url.slice(url.indexOf('?') + 1) : '',
    header(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

/** null: it is longer than the limit, and what came is thrown away. */
async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not by `for await`, which would destroy the request, and with it the way for an answer.
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      resolve(null);
    };
    request.on('data', take);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request was cut off')));
  });
}

function send(response: ServerResponse, reply: Reply, isLast: boolean): void {
  if (response.headersSent || response.destroyed) return;
  writeHead(response, reply, isLast);
  response.end(reply.body);
}

function writeHead(response: ServerResponse, reply: Reply, isLast: boolean): void {
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(isLast ? { connection: 'close' } : {}),
    ...reply.headers,
  });
}

/**
 * Answers without the body, and does not read much of what is still sent. The answer is whole at once, but is ended only
 * when the sender is done: Node closes the connection with the end of the last answer, and whoever still writes would
 * see a broken pipe in place of the answer.
 */
function sendEarly(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  writeHead(response, reply, true);
  response.write(reply.body);
  let left = DISCARD_BYTES;
  const timer = setTimeout(() => request.destroy(), DISCARD_MS);
  request.on('error', () => {
    // It was refused already.
  });
  request.on('end', () => response.end());
  request.on('close', () => {
    clearTimeout(timer);
    response.end();
  });
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  // A body that was read to its limit is still flowing; one of which nothing was read is not.
  request.resume();
}
