import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { approvalsOf } from '../../../../src/app/change/approve-change.ts';
import { createDevices } from '../../../../src/app/pages/devices.ts';
import { viewKey } from '../../../../src/app/pages/links.ts';
import { createPages } from '../../../../src/app/serve/pages/create-pages.ts';
import { openWorld, type World } from '../../../../src/app/world.ts';
import type { Proposal } from '../../../../src/approvals/index.ts';
import { startHttpServer } from '../../../../src/host/index.ts';
import type { Approval } from '../../../../src/protocol/approval.ts';
import type { IncidentBook } from '../../../../src/protocol/incident.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/clock.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as a form. */
  form?: Record<string, string>;
}

/** The pages behind a real listener, with a state folder on disk and a clock that the test moves. */
export interface Rig {
  world: World;
  clock: FakeClock;
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Approvals that were begun to be carried out. */
  begun: string[];
  log: string[];
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** As a page of ours would send it. */
  send(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  propose(more?: Partial<Proposal>): Promise<Approval>;
  find(id: string): Promise<Approval>;
  key(id: string): Promise<string>;
  /** Enrolled by its page; gives the Cookie header. */
  enroll(name: string): Promise<{ cookie: string }>;
}

export const DIGEST = 'd1'.repeat(32);

export async function openRig(settings: Record<string, unknown> = {}, book?: IncidentBook): Promise<Rig> {
  const home = mkdtempSync(join(tmpdir(), 'steward-pages-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const opened = await openWorld({
    env: { HOME: home, PATH: process.env.PATH ?? '' },
    cwd: home,
    settings: JSON.stringify(settings),
    flagValues: {},
    flagNames: {},
    isPersistent: true,
  });
  const clock = createFakeClock();
  return openRigOf({ ...opened, clock }, clock, book);
}

/** Another serve on the same state. */
export async function openRigOf(
  world: World,
  clock: FakeClock,
  book: IncidentBook = { incidents: new Map(), heartbeats: new Map() },
): Promise<Rig> {
  const [begun, log]: string[][] = [[], []];
  const pages = createPages({
    world,
    book: () => book,
    carry: { note: async () => {}, forget: async () => {}, begin: (id) => void begun?.push(id) },
    isDraining: () => false,
    log: (line) => void log?.push(line),
  });
  const refuse = (status: number) => ({ status, body: '', contentType: 'text/plain' });
  const limits = { bodyLimitBytes: 1024 * 1024, bodiesLimitBytes: 4 * 1024 * 1024 };
  const { admit, handle } = pages;
  const server = await startHttpServer({ host: '127.0.0.1', port: 0, ...limits, admit, handle, refuse });
  onTestFinished(() => server.drain(0));
  const url = `http://${server.address}`;
  const ask = (path: string, asked: Asked = {}): Promise<Answer> => fetchRaw(url, path, asked);
  const send: Rig['send'] = (path, form, headers = {}) =>
    ask(path, {
      method: 'POST',
      form,
      headers: { origin: url, 'sec-fetch-site': 'same-origin', ...headers },
    });
  return {
    world,
    clock,
    url,
    begun: begun ?? [],
    log: log ?? [],
    ask,
    send,
    async propose(more = {}) {
      const { approval } = await approvalsOf(world).propose({ ...PROPOSAL, ...more }, PARKED);
      return approval;
    },
    find: (id) => approvalsOf(world).find(id),
    key: (id) => viewKey(world.store, id),
    async enroll(name) {
      const { secret } = await createDevices(world).invite(name);
      const done = await send('/enroll', { t: secret });
      return { cookie: (done.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '' };
    },
  };
}

const PROPOSAL: Proposal = {
  rule: 'change',
  target: 'app.service',
  title: 'Serve on 8080',
  why: 'port 80 is taken',
  evidence: ['P2'],
  effect: 'reversible',
  steps: ['edit /srv/app.json'],
  undo: ['the file is put back as it was'],
  preconditions: [],
  digest: DIGEST,
  run: '20354fc4-ed73-4a28-a724-f25db9cfb562',
  change: 'X1',
  cwd: '/srv',
};

const PARKED = {
  change: {
    ...{ title: 'Serve on 8080', targets: [], why: null, evidence: [], preflight: [], verify: [] },
    apply: [{ kind: 'run' as const, line: 'true' }],
    rollback: 'auto' as const,
    window: null,
  },
  source: 'change.yaml',
};

/** What a form of a page would send along. */
export function fieldsOf(page: string): Record<string, string> {
  const hidden = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, value]));
}

/** Any header, also those that a browser keeps to itself. */
function fetchRaw(url: string, path: string, { method = 'GET', headers = {}, form }: Asked): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { method, headers: { ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });
}
