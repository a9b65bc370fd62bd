import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ownPort } from './own-port.ts';

/** What a server does instead of its work; `lose` does the work and breaks the connection before it says so. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'hang'
  | 'reset'
  | 'lose';

export interface Taken {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Answered {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

export interface FaultyHttp {
  url: string;
  /** All that came in, also what was answered with a fault. */
  requests: Taken[];
  /** Used up in order, one a request. */
  faults: Fault[];
  /** No one answers on the port any more; `up` answers there again. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** A server on a loopback port that does its work, or first what `faults` say. */
export async function startFaultyHttp(work: (taken: Taken) => Answered): Promise<FaultyHttp> {
  const requests: Taken[] = [];
  const faults: Fault[] = [];
  const port = await ownPort();
  let server: Server;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const taken = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(taken);
    const fault = faults.shift();
    if (fault === 'hang') return;
    if (fault === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    const answer = fault === undefined || fault === 'lose' ? work(taken) : { body: '', ...fault };
    if (fault === 'lose') {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body);
  };

  async function up(): Promise<void> {
    server = createServer((request, response) => void handle(request, response).catch(() => {}));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  }

  async function down(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  await up();
  return { url: `http://127.0.0.1:${port}`, requests, faults, down, up, close: down };
}
