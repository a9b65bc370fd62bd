import { join } from 'node:path';
import { type LineSocket, listenLocalSocket } from '../../host/index.ts';
import { plainJson } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import {
  MOST_VIEW_LINES,
  readViewRequest,
  SYSTEM_VIEW_SOCKET,
  VIEW_REQUEST_LIMIT_BYTES,
  VIEW_REQUEST_WITHIN_MS,
  type ViewAnswer,
  type ViewRequest,
} from '../../protocol/system-view.ts';
import { approvalsOf } from '../change/approve-change.ts';
import { readBook, reportIncident } from '../incidents/incidents.ts';
import { maskEvent } from '../masking/mask-event.ts';
import { listKnownRuns, showRun } from '../past-runs.ts';
import type { World } from '../world.ts';

/** Of the socket: whoever is in the group of the unit may look. The folder's mode says so too. */
const MODE = 0o660;

/**
 * Shows the system's runs, incidents and approvals to members of the unit's group, where systemd gave us a runtime folder.
 * Gives what ends it; null where there is no such folder.
 */
export async function answerViews(
  world: World,
  log: (line: string) => void,
): Promise<(() => Promise<void>) | null> {
  const folder = world.env.RUNTIME_DIRECTORY?.split(':')[0];
  if (folder === undefined || !folder.startsWith('/')) return null;
  try {
    return await listenLocalSocket(join(folder, SYSTEM_VIEW_SOCKET), MODE, (socket) => answer(world, socket));
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    // Deliveries are taken in all the same.
    log(`nobody can look from a terminal of their own: ${error.message}`);
    return null;
  }
}

async function answer(world: World, socket: LineSocket): Promise<void> {
  const say = (line: ViewAnswer): void => socket.send(plainJson(line));
  try {
    const line = await socket.readLine({
      limitBytes: VIEW_REQUEST_LIMIT_BYTES,
      withinMs: VIEW_REQUEST_WITHIN_MS,
    });
    const request = readViewRequest(parse(line ?? ''));
    if (request === null) throw new OpsError('bad-view', 'input', 'this is nothing that can be looked at');
    for (const item of await view(world, request)) say({ item: world.masker.maskValue(item) });
    say({ end: true });
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    const { code, message, hint } = error;
    say({ refused: { code, message: world.masker.mask(message), hint } });
  } finally {
    await socket.end();
  }
}

async function view(world: World, request: ViewRequest): Promise<readonly unknown[]> {
  if (request.ask === 'runs') {
    const { limit, goal, outcome } = request;
    return listKnownRuns(world, { limit, goal: goal ?? undefined, outcome: outcome ?? undefined });
  }
  if (request.ask === 'run') {
    const { lines } = await showRun(world, request.run);
    return lines
      .slice(-MOST_VIEW_LINES)
      .map((one) => ({ ...one, event: maskEvent(one.event, world.masker) }));
  }
  if (request.ask === 'report') return [await reportIncident(world, request.incident)];
  if (request.ask === 'approvals') return approvalsOf(world).list();
  return [...(await readBook(world)).incidents.values()];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
