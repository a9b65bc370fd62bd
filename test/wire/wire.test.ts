import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { type ModelServer, type Script, startModelServer } from './index.ts';

let server: ModelServer | undefined;
afterEach(() => server?.close());

async function post(url: string, messages: object[], more: object = {}): Promise<Response> {
  const body = JSON.stringify({ model: 'm', messages, ...more });
  return fetch(`${url}/v1/messages`, { method: 'POST', body });
}

async function textOf(url: string, messages: object[], more: object = {}): Promise<string> {
  const stream = await (await post(url, messages, more)).text();
  return [...stream.matchAll(/"text_delta","text":"([^"]*)"/g)].map((found) => found[1]).join('');
}

const user = { role: 'user', content: 'go' };
const said = { role: 'assistant', content: 'ok' };
const results = (count: number) => ({
  role: 'user',
  content: Array.from({ length: count }, (_, i) => ({
    type: 'tool_result',
    tool_use_id: `t${i}`,
    content: 'x',
  })),
});

async function start(script: Script): Promise<string> {
  server = await startModelServer({ dialect: 'anthropic', script });
  return server.url;
}

describe('a scripted server', () => {
  it('chooses the turn by the replies that the request holds, not by how often it was asked', async () => {
    const url = await start([{ text: 'first' }, { text: 'second' }]);
    expect(await textOf(url, [user])).toBe('first');
    expect(await textOf(url, [user])).toBe('first');
    expect(await textOf(url, [user, said, user])).toBe('second');
  });

  it('says in a 400 when the script has no such turn', async () => {
    const url = await start([{ text: 'only' }]);
    const response = await post(url, [user, said, user]);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('no turn 1')]);
  });

  it('puts steps whose condition holds before the others', async () => {
    const url = await start([
      { text: 'plain' },
      { text: 'from two', when: { after: { toolResults: 2 } } },
      { text: 'from four', when: { after: { toolResults: 4 } } },
      { text: 'exactly one', when: { toolResults: 1 } },
      { text: 'summary', when: { contains: 'sum up' } },
    ]);
    expect(await textOf(url, [user])).toBe('plain');
    expect(await textOf(url, [user, said, results(1)])).toBe('exactly one');
    expect(await textOf(url, [user, said, results(3)])).toBe('from two');
    expect(await textOf(url, [user, said, results(5)])).toBe('from four');
    expect(await textOf(url, [{ role: 'user', content: [{ type: 'text', text: 'now sum up' }] }])).toBe(
      'summary',
    );
    expect(await textOf(url, [user], { system: [{ type: 'text', text: 'sum up' }] })).toBe('summary');
  });

  it('counts attempts at a step where the script asks for it', async () => {
    const url = await start([{ attempts: [{ fault: 'status', status: 529 }, { text: 'now' }] }]);
    expect((await post(url, [user])).status).toBe(529);
    expect(await textOf(url, [user])).toBe('now');
    expect(await textOf(url, [user])).toBe('now');
  });

  it('keeps what it was sent', async () => {
    const url = await start((request) => ({ text: request.toolNames.join(' ') }));
    expect(await textOf(url, [user], { tools: [{ name: 'Bash' }, { name: 'Read' }] })).toBe('Bash Read');
    expect(server?.requests).toMatchObject([
      { n: 0, path: '/v1/messages', toolNames: ['Bash', 'Read'], body: { model: 'm' }, lastText: 'go' },
    ]);
    expect(server?.endings).toEqual(['answered']);
  });

  it('answers what clients ask beside replies', async () => {
    const url = await start([]);
    expect(await (await fetch(`${url}/api/tags`)).json()).toMatchObject({
      models: [{ name: 'scripted:latest' }],
    });
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect(server?.requests).toEqual([]);
  });
});

describe('the server as a program', () => {
  it('prints its port first, serves the file, keeps the requests, and ends on SIGTERM', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wire-'));
    const script = join(folder, 'script.json');
    const requests = join(folder, 'requests.jsonl');
    writeFileSync(script, JSON.stringify([{ sameFor: 2, turn: { text: 'again' } }, { text: 'last' }]));
    const program = join(import.meta.dirname, 'serve.ts');
    const child = spawn(
      process.execPath,
      [program, '--dialect', 'anthropic', '--port', '0', '--script', script, '--requests', requests],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const lines = createInterface({ input: child.stdout });
      const port = await new Promise<string>((resolve) => lines.once('line', resolve));
      const url = `http://127.0.0.1:${port}`;
      expect(await textOf(url, [user])).toBe('again');
      expect(await textOf(url, [user, said, user])).toBe('again');
      expect(await textOf(url, [user, said, user, said, user])).toBe('last');
      const seen = readFileSync(requests, 'utf8').trimEnd().split('\n');
      expect(seen.map((line) => JSON.parse(line).assistantMessages)).toEqual([0, 1, 2]);
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});
