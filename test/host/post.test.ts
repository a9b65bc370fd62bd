import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createPost } from '../../src/host/index.ts';
import type { PostAnswer } from '../../src/protocol/post.ts';

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handle: Handle): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    handle(request, response, body);
  });
  return { server, url: await listen(server) };
}

async function listen(server: Server | ReturnType<typeof createRawServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = createPost();
const never = new AbortController().signal;
const send = (url: string, body = '{}', signal = never) => post(url, { headers: { a: 'b' }, body, signal });

async function textOf({ body }: PostAnswer): Promise<string> {
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
}

test('a body is sent whole, and the answer is given with its status and headers as it comes', async () => {
  const { url } = await serve(({ method, headers }, response, body) => {
    const seen = { method, a: headers.a, agent: headers['user-agent'], length: headers['content-length'] };
    response.writeHead(429, { 'Retry-After': '7', 'X-Two': ['1', '2'] });
    response.write(JSON.stringify({ ...seen, body }));
    setTimeout(() => response.end('!'), 50);
  });
  const answer = await send(url, '{"ü":1}');
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-two')]).toEqual([
    429,
    '7',
    '1, 2',
  ]);
  const seen = { method: 'POST', a: 'b', agent: 'steward', length: '8', body: '{"ü":1}' };
  expect(await textOf(answer)).toBe(`${JSON.stringify(seen)}!`);
});

test('a redirect is an answer like another: nothing is sent to a place that nobody named', async () => {
  const asked: string[] = [];
  const { url } = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  const answer = await send(`${url}/here`);
  expect([answer.status, answer.headers.get('location'), asked]).toEqual([307, '/elsewhere', ['/here']]);
  await textOf(answer);
});

test('connections are kept, and one that has ended meanwhile is replaced without an error', async () => {
  const ports = new Set<number | undefined>();
  const { server, url } = await serve(({ socket }, response) => {
    ports.add(socket.remotePort);
    response.end('ok');
  });
  await textOf(await send(url));
  await textOf(await send(url));
  expect(ports.size).toBe(1);
  // The end of a connection is on its way while the next request is sent.
  server.closeAllConnections();
  expect(await textOf(await send(url))).toBe('ok');
  expect(ports.size).toBe(2);
});

test('a server that hangs up without an answer on a new connection is asked once', async () => {
  let asked = 0;
  const { url } = await serve(({ socket }) => {
    asked += 1;
    socket.destroy();
  });
  await expect(send(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(asked).toBe(1);
});

test('an answer that breaks off ends with an error, not as if it were whole', async () => {
  const { url } = await serve((_, response) => {
    response.write('half');
    setTimeout(() => response.destroy(), 50);
  });
  const answer = await send(url);
  await expect(textOf(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('whoever gives up gets an error at once, before the answer and in the middle of it', async () => {
  const { url } = await serve((_, response, body) => {
    if (body === 'begin') response.write('first');
  });
  const before = new AbortController();
  const sent = send(url, 'silent', before.signal);
  before.abort();
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });

  const amid = new AbortController();
  const answer = await send(url, 'begin', amid.signal);
  await expect(
    (async () => {
      for await (const _ of answer.body) amid.abort();
    })(),
  ).rejects.toThrow();
});

test('a connection that is not there in time is an error, though somebody listens', async () => {
  // It takes connections, and never speaks TLS.
  const url = await listen(createRawServer(() => {}));
  const impatient = createPost(200);
  const sent = impatient(url.replace('http:', 'https:'), { headers: {}, body: '', signal: never });
  await expect(sent).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test('an answer that is compressed though nobody asked for it is read, and its status counts', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(401, { 'content-encoding': 'gzip' }).end(gzipSync('no such key'));
  });
  const answer = await send(url);
  expect([answer.status, await textOf(answer)]).toEqual([401, 'no such key']);
});

test.each([
  ['in capitals', 200, 'GZIP', gzipSync('data'), 'data'],
  ['zstd', 200, 'zstd', zstdCompressSync('data'), 'data'],
  ['of nothing', 200, 'gzip', Buffer.alloc(0), ''],
  ['of an answer without a body', 204, 'gzip', Buffer.alloc(0), ''],
  ['of another answer without a body', 304, 'br', Buffer.alloc(0), ''],
])('a coding %s is read', async (_, status, coding, bytes, text) => {
  const { url } = await serve((__, response) => {
    response.writeHead(status, { 'content-encoding': coding }).end(bytes);
  });
  expect(await textOf(await send(url))).toBe(text);
});

test.each([
  ['cut off', 'gzip', gzipSync('data'.repeat(99)).subarray(0, 20), 'unexpected end of file'],
  ['not what it says', 'br', Buffer.from('data'), 'Decompression failed'],
  ['of an unknown kind', 'zip', Buffer.from('data'), 'not known (zip)'],
])('a compressed answer that is %s ends with an error', async (_, coding, bytes, message) => {
  const { url } = await serve((__, response) => {
    response.writeHead(200, { 'content-encoding': coding }).end(bytes);
  });
  await expect(textOf(await send(url))).rejects.toThrow(message);
});

test('an answer in another protocol is an error, not a wait', async () => {
  const url = await listen(
    createRawServer((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    }),
  );
  await expect(send(url)).rejects.toThrow('closed without an answer');
});

test.each([
  ['not an address', 'no address', 'ERR_INVALID_URL'],
  ['another protocol', 'ftp://127.0.0.1/', 'ERR_INVALID_PROTOCOL'],
])('%s is an error before anything is sent', async (_, url, code) => {
  await expect(send(url)).rejects.toMatchObject({ code });
});

test('a key with a line feed in it is an error before anything is sent', async () => {
  const { url } = await serve((_, response) => response.end());
  const sent = post(url, { headers: { 'x-api-key': 'a\nb' }, body: '', signal: never });
  await expect(sent).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
});
