import { type LineSocket, openInheritedSocket, readProcessStatus } from '../host/index.ts';
import { plainJson } from '../lib/json-line.ts';
import { OpsError } from '../lib/ops-error.ts';
import {
  EXECUTOR_VERSION,
  type ExecutorAnswer,
  type ExecutorRequest,
  REQUEST_LIMIT_BYTES,
  REQUEST_WITHIN_MS,
} from '../protocol/executor.ts';
import { ENDINGS } from '../protocol/outcome.ts';
import type { Recovered } from './change/recover.ts';
import { answer } from './executor/answer.ts';
import { checkGate } from './executor/check-gate.ts';
import type { ExecutorScope } from './executor/executor-scope.ts';
import { openExecutorWorld } from './executor/executor-world.ts';
import { effectiveUid, type Peer, peerOfInstance } from './executor/peer.ts';
import { recoverExecutor } from './executor/recover-executor.ts';
import { userOf } from './executor/rights.ts';
import type { Environment } from './masking/known-secrets.ts';

/**
 * The other composition root: what an unprivileged steward may have done with root's rights. It serves one connection that
 * systemd accepted, answers one request, and ends. It takes its orders from /etc/steward and from people who may give
 * them, never from the settings, goals or files of whoever connects.
 */
export interface ExecutorOptions {
  env: Environment;
  /** The instance that systemd gave the unit: `3-4711-997`. */
  instance: string;
  /** For the journal: a line each. */
  note(text: string): void;
  signal: AbortSignal;
}

const STDIN = 0;

/** Answers with the exit status: 0 also for what was refused, which is an answer. */
export async function serveConnection(options: ExecutorOptions): Promise<number> {
  const socket = await openInheritedSocket(STDIN);
  const send = (said: ExecutorAnswer): void => socket.send(plainJson(said));
  try {
    const peer = verifiedPeer(options.instance);
    const request = await readRequest(socket);
    if (request !== null) send(await serve(options, peer, request, send));
    return 0;
  } catch (error) {
    send(refusalOf(error));
    if (!(error instanceof OpsError)) throw error;
    options.note(`refused: ${error.message}`);
    // Whoever asked was told; only what is wrong with ourselves fails the unit.
    return error.reason === 'settings' || error.reason === 'state-full' ? ENDINGS[error.reason].exitCode : 0;
  } finally {
    await socket.end();
  }
}

/** For the unit that systemd starts at boot and after an executor was killed. */
export async function recoverAsExecutor({
  env,
  note,
  signal,
}: Omit<ExecutorOptions, 'instance'>): Promise<Recovered[]> {
  return recoverExecutor(await openExecutorWorld(env, note), signal);
}

async function serve(
  { env, note, signal }: ExecutorOptions,
  peer: Peer,
  request: ExecutorRequest,
  send: ExecutorScope['send'],
): Promise<ExecutorAnswer> {
  const world = await openExecutorWorld(env, note);
  const [passwd = '', group = ''] = await Promise.all(
    ['/etc/passwd', '/etc/group'].map((path) => world.operatorFiles.readText(path)),
  );
  const accounts = { passwd, group };
  const user = userOf(peer.uid, accounts);
  if (request.do === 'run' || request.do === 'approve') await checkGate(world);
  note(`${user} (uid ${peer.uid}, pid ${peer.pid}) asks to ${request.do}`);
  return answer({ world, peer, user, accounts, send, note, signal }, request);
}

/** The kernel told systemd; a process that still lives must not say otherwise. */
function verifiedPeer(instance: string): Peer {
  const peer = peerOfInstance(instance);
  const uid = effectiveUid(readProcessStatus(peer.pid));
  if (uid === null || uid === peer.uid) return peer;
  throw new OpsError(
    'other-peer',
    'input',
    `process ${peer.pid} is of uid ${uid} by now, not of ${peer.uid}`,
  );
}

/** null: whoever connected went away without a word. OpsError `input` for everything that is no request. */
async function readRequest(socket: LineSocket): Promise<ExecutorRequest | null> {
  const line = await socket.readLine({ limitBytes: REQUEST_LIMIT_BYTES, withinMs: REQUEST_WITHIN_MS });
  if (line === null) return null;
  const { requestSchema } = await import('../protocol/schemas/executor.ts');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new OpsError('bad-request', 'input', 'a request is one line of JSON');
  }
  const version = typeof value === 'object' && value !== null && 'v' in value ? value.v : null;
  if (typeof version === 'number' && version !== EXECUTOR_VERSION) {
    throw new OpsError(
      'other-version',
      'input',
      `the executor speaks version ${EXECUTOR_VERSION}, and was asked in version ${version}`,
      { hint: 'use one build of steward for both' },
    );
  }
  const read = requestSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new OpsError('bad-request', 'input', `${issue?.path.join('.') || 'request'}: ${issue?.message}`);
}

function refusalOf(error: unknown): ExecutorAnswer {
  if (error instanceof OpsError) {
    const { code, reason, message, hint } = error;
    return { say: 'refused', code, reason, message, hint };
  }
  // What it was is for the journal; it may name what the other end is not to know.
  return { say: 'refused', code: 'bug', reason: 'bug', message: 'a bug: see the journal', hint: null };
}
