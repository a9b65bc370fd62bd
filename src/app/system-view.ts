import { join } from 'node:path';
import { connectLocalSocket, isLocalSocket } from '../host/index.ts';
import { isRecord } from '../lib/is-record.ts';
import { plainJson } from '../lib/json-line.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { Approval } from '../protocol/approval.ts';
import type { LogLine } from '../protocol/event.ts';
import type { Incident } from '../protocol/incident.ts';
import {
  SYSTEM_STATE_FOLDER,
  SYSTEM_VIEW_FOLDER,
  SYSTEM_VIEW_SOCKET,
  SYSTEM_VIEW_VERSION,
  type ViewRequest,
} from '../protocol/system-view.ts';
import type { RunSummary } from '../runs/index.ts';
import type { World } from './world.ts';

const CONNECT_WITHIN_MS = 2_000;
const LINE_WITHIN_MS = 15_000;
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;

/** `problem`: there is a serve, and why it did not tell; both null and nothing: there is none, or we are it. */
export interface SystemView<T> {
  items: T[];
  problem: string | null;
}

/** What serve sends is what this program wrote, masked there; it is shown, and nothing is done by what it says. */
export function viewRuns(
  world: World,
  wanted: { limit: number; goal: string | undefined; outcome: string | undefined },
): Promise<SystemView<RunSummary>> {
  const { limit, goal = null, outcome = null } = wanted;
  return look<RunSummary>(world, { ask: 'runs', limit: Math.min(limit, 1_000), goal, outcome });
}

export function viewIncidents(world: World): Promise<SystemView<Incident>> {
  return look<Incident>(world, { ask: 'incidents' });
}

export function viewApprovals(world: World): Promise<SystemView<Approval>> {
  return look<Approval>(world, { ask: 'approvals' });
}

/** Lines of the system's run; null where there is no system's steward. OpsError of its for none, or several. */
export async function viewRun(world: World, run: string): Promise<LogLine[] | null> {
  const socket = socketOf(world);
  return socket === null ? null : ((await askServe(socket, { ask: 'run', run })) as LogLine[]);
}

export async function viewReport(world: World, incident: string): Promise<string | null> {
  const socket = socketOf(world);
  if (socket === null) return null;
  const [report] = await askServe(socket, { ask: 'report', incident });
  return typeof report === 'string' ? report : null;
}

/** The system has a serve, and what we keep is not what it reads. */
export function isBesideSystem(world: World): boolean {
  return socketOf(world) !== null;
}

/** Where the system's serve shows what it has; null: there is none, it is not for us, or its state is our own. */
function socketOf({ env, store }: World): string | null {
  const folder = env.STEWARD_SERVE_DIR?.startsWith('/') ? env.STEWARD_SERVE_DIR : SYSTEM_VIEW_FOLDER;
  const socket = join(folder, SYSTEM_VIEW_SOCKET);
  return store.location === SYSTEM_STATE_FOLDER || !isLocalSocket(socket) ? null : socket;
}

async function look<T>(world: World, request: ViewRequest): Promise<SystemView<T>> {
  const socket = socketOf(world);
  if (socket === null) return { items: [], problem: null };
  try {
    return { items: (await askServe(socket, request)) as T[], problem: null };
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    return { items: [], problem: error.message };
  }
}

async function askServe(path: string, request: ViewRequest): Promise<unknown[]> {
  const socket = await connectLocalSocket(path, CONNECT_WITHIN_MS);
  try {
    socket.send(plainJson({ v: SYSTEM_VIEW_VERSION, ...request }));
    const items: unknown[] = [];
    for (;;) {
      const line = await socket.readLine({ limitBytes: LINE_LIMIT_BYTES, withinMs: LINE_WITHIN_MS });
      const answer = parse(line);
      if (answer === null) throw new OpsError('system-lost', 'busy', 'the system’s steward did not answer');
      if ('item' in answer) items.push(answer.item);
      else if (isRecord(answer.refused)) throw refusalOf(answer.refused);
      else return items;
    }
  } finally {
    socket.destroy();
  }
}

function refusalOf({ code, message, hint }: Record<string, unknown>): OpsError {
  const more = typeof hint === 'string' ? { hint } : {};
  return new OpsError(String(code), 'input', `the system’s steward: ${String(message)}`, more);
}

function parse(line: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line ?? '');
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
