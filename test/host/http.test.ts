import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHttp, createWebSender } from '../../src/host/index.ts';
import { readCertificateEnd } from '../../src/host/peer-certificate.ts';
import { mintPermit } from '../fakes/gate.ts';
import { createFakeHttp } from '../fakes/http.ts';
import { describeHttp } from '../fakes/http-contract.ts';
import { makeSelfSigned } from '../self-signed.ts';

const LONG = 'a line of ten\n'.repeat(10_000).slice(0, 100_000);

let server: Server;
let resetting: TcpServer;
let base = '';
let resets = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    switch (request.url) {
      case '/fine':
        return void response.end('fine');
      case '/who':
        return void response.end(JSON.stringify(request.headers['x-consul-token'] ?? null));
      case '/down':
        return void response.writeHead(503).end('down');
      case '/moved':
        return void response.writeHead(302, { location: '/fine' }).end();
      case '/long':
        return void response.end(LONG);
      case '/half':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        return void setTimeout(() => response.destroy(), 50);
      case '/endless': {
        const timer = setInterval(() => response.write('x'.repeat(1_000_000)), 1);
        return void response.on('close', () => clearInterval(timer));
      }
      default:
        // Never answered.
        return undefined;
    }
  });
  resetting = createTcpServer((socket) => socket.on('data', () => socket.resetAndDestroy()));
  server.listen(0, '127.0.0.1');
  resetting.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(resetting, 'listening')]);
  base = `http://127.0.0.1:${portOf(server)}`;
  resets = `http://127.0.0.1:${portOf(resetting)}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  resetting.close();
});

// The address of a TCP server is an AddressInfo.
const portOf = (any: Server | TcpServer) => (any.address() as AddressInfo).port;

async function closedPort(): Promise<number> {
  const short = createTcpServer().listen(0, '127.0.0.1');
  await once(short, 'listening');
  const port = portOf(short);
  short.close();
  await once(short, 'close');
  return port;
}

describeHttp('the host', async () => ({
  http: createHttp(),
  fine: `${base}/fine`,
  down: `${base}/down`,
  moved: `${base}/moved`,
  long: `${base}/long`,
  refused: `http://127.0.0.1:${await closedPort()}/`,
}));
describeHttp('a fake', async () => ({
  http: createFakeHttp({
    'http://fake/fine': { body: 'fine' },
    'http://fake/down': { status: 503, body: 'down' },
    'http://fake/moved': { status: 302 },
    'http://fake/long': { body: LONG },
  }),
  fine: 'http://fake/fine',
  down: 'http://fake/down',
  moved: 'http://fake/moved',
  long: 'http://fake/long',
  refused: 'http://fake/nobody',
}));

describe('a failed fetch', () => {
  const fetchUrl = (url: string, timeoutMs = 20_000) =>
    createHttp().fetch(mintPermit({ kind: 'fetch', method: 'GET', url }), { timeoutMs, limitBytes: 4096 });

  it('tells a server that never answers by its timeout', async () => {
    const result = await fetchUrl(`${base}/never`, 150);
    expect(result).toMatchObject({ status: null, failure: 'timeout' });
  });

  it('tells a reset', async () => {
    expect(await fetchUrl(resets)).toMatchObject({ status: null, failure: 'reset' });
  });

  it('takes an answer that broke off for none', async () => {
    expect(await fetchUrl(`${base}/half`)).toMatchObject({ status: null, failure: 'reset' });
  });

  it('tells a name that does not exist', async () => {
    const result = await fetchUrl('http://no-such-host.invalid/', 50_000);
    expect(result).toMatchObject({ status: null, failure: 'dns' });
    // Where no name server answers, the system asks each of them twice before it says so.
  }, 60_000);

  it('tells a server that does not speak TLS', async () => {
    expect(await fetchUrl(`${base.replace('http:', 'https:')}/fine`)).toMatchObject({ failure: 'tls' });
  });

  it('tells a URL that is none', async () => {
    expect(await fetchUrl('not a url')).toMatchObject({ status: null, failure: 'bad-url' });
  });

  it('breaks off an endless answer and says how much came', async () => {
    const result = await fetchUrl(`${base}/endless`);
    expect(result).toMatchObject({ status: 200, failure: null, body: { isTruncated: true } });
    expect(result.body.totalBytes).toBeLessThan(20 * 1024 * 1024);
  });
});

describe('a service at a port that browsers shun', () => {
  // Of the Fetch standard's "bad port"; an address of the loopback that hardly anybody else listens at.
  const shunned = [10080, 6566, 6697, 6000, 5060, 4190];

  async function listenShunned(): Promise<Server> {
    for (const port of shunned) {
      const one = createServer((_, response) => response.end('fine')).listen(port, '127.83.9.1');
      const taken = await Promise.race([once(one, 'listening').then(() => false), once(one, 'error')]);
      if (taken === false) return one;
    }
    throw new Error(`something listens at each of ${shunned.join(', ')}`);
  }

  it('is asked like another', async () => {
    const service = await listenShunned();
    onTestFinished(() => void service.close());
    const url = `http://127.83.9.1:${portOf(service)}/`;
    const permit = mintPermit({ kind: 'fetch', method: 'GET', url });
    expect(await createHttp().fetch(permit, { timeoutMs: 5_000, limitBytes: 100 })).toMatchObject({
      status: 200,
      body: { text: 'fine' },
    });
    const sent = await createWebSender().send(
      { method: 'POST', url, body: 'ä' },
      { timeoutMs: 5_000, limitBytes: 100 },
    );
    expect(sent).toEqual({ status: 200, retryAfter: null, text: 'fine', failure: null });
  });
});

describe('a proxy of the environment', () => {
  it('is asked where Node takes one', async () => {
    const proxy = createServer((request, response) => response.end(`asked for ${request.url}`)).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void proxy.close());
    await once(proxy, 'listening');
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    vi.stubEnv('http_proxy', `http://127.0.0.1:${portOf(proxy)}`);
    vi.stubEnv('no_proxy', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const permit = mintPermit({ kind: 'fetch', method: 'GET', url: 'http://nas.invalid/health' });
    const { body } = await createHttp().fetch(permit, { timeoutMs: 5_000, limitBytes: 100 });
    expect(body.text).toBe('asked for http://nas.invalid/health');
  });
});

describe('a credential', () => {
  const ask = (name: string) => {
    const credential = { header: 'X-Consul-Token', prefix: 'tok ', name };
    const action = { kind: 'fetch', method: 'GET', url: `${base}/who`, credential } as const;
    return createHttp().fetch(mintPermit(action), { timeoutMs: 20_000, limitBytes: 4096 });
  };

  it('is read by its name when it is sent, and left out where there is none', async () => {
    vi.stubEnv('STEWARD_TEST_TOKEN', 'abc');
    expect((await ask('STEWARD_TEST_TOKEN')).body.text).toBe('"tok abc"');
    vi.stubEnv('STEWARD_TEST_TOKEN', undefined);
    expect((await ask('STEWARD_TEST_TOKEN')).body.text).toBe('null');
    vi.unstubAllEnvs();
  });
});

describe('the certificate of a server', () => {
  it('is looked at when it is asked for, and its end told', async () => {
    const secure = createSecureServer(makeSelfSigned(), (_, response) => response.end('fine')).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void secure.close());
    await once(secure, 'listening');
    const url = `https://127.0.0.1:${portOf(secure)}/`;
    const days = (((await readCertificateEnd(url, 20_000)) ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(8);
    expect(days).toBeLessThan(9.1);
    // Nobody vouches for it, so the request itself is not made.
    const permit = mintPermit({ kind: 'fetch', method: 'GET', url });
    const result = await createHttp().fetch(permit, {
      timeoutMs: 20_000,
      limitBytes: 4096,
      wantsCertificate: true,
    });
    expect(result).toMatchObject({ status: null, failure: 'tls' });
  });

  it('is none where there is no TLS, no server, or nobody waits any more', async () => {
    expect(await readCertificateEnd(`${base}/fine`, 5_000)).toBeNull();
    expect(await readCertificateEnd(`https://127.0.0.1:${await closedPort()}/`, 5_000)).toBeNull();
    expect(await readCertificateEnd(`${base.replace('http:', 'https:')}/never`, 5_000)).toBeNull();
    expect(await readCertificateEnd('https://127.0.0.1:9/', 5_000, AbortSignal.abort())).toBeNull();
  });
});
