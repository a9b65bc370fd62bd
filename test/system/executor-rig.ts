import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import type { Change } from '../../src/protocol/change.ts';
import type { ExecutorAnswer, ExecutorRequest } from '../../src/protocol/executor.ts';
import { KEPT_CODE } from '../kept-code.ts';
import { PROGRAM } from './steward.ts';

/**
 * A stand-in for systemd's `Accept=yes`: each connection starts the built program with the connection as its standard
 * input, and an instance that names the uid which the test wants to be. The lab has the real one.
 */
export interface ExecutorRig {
  folder: string;
  state: string;
  socket: string;
  /** Whose connections are accepted from now on. */
  be(uid: number): void;
  ask(request: ExecutorRequest): Promise<ExecutorAnswer[]>;
  /** Bytes as they are; the answers until the end. */
  raw(bytes: string | Uint8Array): Promise<ExecutorAnswer[]>;
  /** A connection of its own, for clients that misbehave. */
  open(): Promise<{ client: Socket; executor: ChildProcess; ended: Promise<number | null> }>;
  /** What executors wrote for the journal. */
  journal(): string;
}

/** No process has it: what /proc says of the peer is not asked. */
const NO_PID = 4_194_399;
export const PLANNER = 61_184;
export const ROOT = 0;

export async function createExecutorRig(): Promise<ExecutorRig> {
  const folder = mkdtempSync(join(tmpdir(), 'steward-executor-'));
  const state = join(folder, 'state');
  const socket = join(folder, 'executor.sock');
  let uid = PLANNER;
  let journal = '';
  let started = Promise.withResolvers<ChildProcess>();
  const children = new Set<ChildProcess>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
    const child = spawn(PROGRAM, ['executor', '--peer', `1-${NO_PID}-${uid}`], {
      cwd: '/',
      env: {
        PATH: process.env.PATH ?? '',
        STATE_DIRECTORY: state,
        HOME: state,
        XDG_CACHE_HOME: KEPT_CODE,
        LANG: 'C.UTF-8',
      },
      stdio: [accepted, 'pipe', 'pipe'],
    });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        journal += text;
      });
    }
    // The child has it now.
    accepted.destroy();
    started.resolve(child);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    server.close();
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const open: ExecutorRig['open'] = async () => {
    started = Promise.withResolvers();
    const client = connect({ path: socket, allowHalfOpen: true });
    client.on('error', () => {});
    const executor = await started.promise;
    const ended = new Promise<number | null>((resolve) => executor.once('exit', (code) => resolve(code)));
    return { client, executor, ended };
  };
  const raw: ExecutorRig['raw'] = async (bytes) => {
    const { client, ended } = await open();
    let text = '';
    client.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.on('end', () => client.end());
    client.write(bytes);
    await closed;
    await ended;
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ExecutorAnswer);
  };
  return {
    folder,
    state,
    socket,
    be(wanted) {
      uid = wanted;
    },
    raw,
    open,
    ask: (request) => raw(`${JSON.stringify({ v: 1, ...request })}\n`),
    journal: () => journal,
  };
}

/** A settings file whose port a change corrects; the change waits `forMs` in its verification. */
export function plantConf(
  { folder }: ExecutorRig,
  { text = 'port=80\ncolour=red\n', forMs = 0 }: { text?: string; forMs?: number } = {},
): { path: string; change: Change } {
  const path = join(folder, 'shop.conf');
  writeFileSync(path, text);
  return {
    path,
    change: {
      title: 'Take the unknown setting out',
      targets: [{ unit: 'shop.service' }],
      why: null,
      evidence: ['P1'],
      preflight: [],
      apply: [{ kind: 'edit', file: path, find: 'colour=red\n', replace: '' }],
      verify: [
        { what: { kind: 'run', line: `grep -qx port=80 ${path}` }, expect: 'exit 0', withinMs: 0, forMs },
      ],
      rollback: 'auto',
      window: null,
    },
  };
}

/** Planned and left for somebody; the digest that was planned, and what waits. */
export async function propose(
  rig: ExecutorRig,
  change: Change,
  name = 'X1',
  run: string = crypto.randomUUID(),
): Promise<{ digest: string; approval: Approval; from: { run: string; change: string } }> {
  const [planned] = await rig.ask({ do: 'plan', change, cwd: '/' });
  if (planned?.say !== 'planned') throw new Error(`not planned: ${JSON.stringify(planned)}`);
  const { digest } = planned.plan;
  const from = { run, change: name };
  const answers = await rig.ask({ do: 'propose', change, cwd: '/', digest, from });
  const [first] = answers;
  if (first?.say !== 'approvals') throw new Error(`not parked: ${JSON.stringify(answers)}`);
  const [approval] = first.approvals;
  if (approval === undefined) throw new Error('nothing waits');
  return { digest, approval, from };
}

export function yes({ id }: Approval, digest: string, run = true): ExecutorRequest {
  return { do: 'approve', approval: id, digest, comment: null, run };
}

export function lastOf(answers: readonly ExecutorAnswer[]): ExecutorAnswer {
  const last = answers.at(-1);
  if (last === undefined) throw new Error('no answer');
  return last;
}
