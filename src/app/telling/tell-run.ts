import { createMemoryStore } from '../../host/index.ts';
import { isRecord } from '../../lib/is-record.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { type LastSaid, type RunStory, runNotice, runThread, storyOf } from '../../notify/index.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { Trigger } from '../../protocol/trigger.ts';
import { readBook } from '../incidents/incidents.ts';
import type { World } from '../world.ts';
import { createIncidentDesk } from './incident-desk.ts';
import { type Desk, openDesk } from './open-desk.ts';
import { orLog, tellApprovals, tellDigest, tellElsewhere } from './tell-standing.ts';

/** Follows a run that nobody watches, and tells people what came of it. */
export interface RunTeller {
  follow(event: RunEvent): void;
  /** After the run: puts what there is to tell into the outbox, and sends it unless a serve does. Never throws. */
  tell(): Promise<void>;
}

/** For all that there is to send when a run ends; what is left then waits for the next process. */
const SEND_WITHIN_MS = 10_000;
const LAST_WORDS_MS = 3_000;

const FOLLOWED: readonly RunEvent['type'][] = [
  'run.opened',
  'findings.judged',
  'report.made',
  'step.started',
  'step.finished',
  'change.parked',
  'executor.answered',
  'run.closed',
];

export function createRunTeller(
  world: World,
  { trigger, signal, log }: { trigger: Trigger; signal: AbortSignal; log: (line: string) => void },
): RunTeller {
  const events: RunEvent[] = [];
  const startedAt = world.clock.now();
  return {
    follow(event) {
      if (FOLLOWED.includes(event.type)) events.push(event);
    },
    tell: () => orLog(tellAll(world, events, { trigger, signal, log, startedAt }), log),
  };
}

interface Ended {
  trigger: Trigger;
  signal: AbortSignal;
  log: (line: string) => void;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

async function tellAll(
  world: World,
  events: readonly RunEvent[],
  { trigger, signal, log, startedAt }: Ended,
): Promise<void> {
  const opened = events.find((event) => event.type === 'run.opened');
  const found = storyOf(opened?.run ?? '', events, world.clock.now());
  // One that could not even be opened says so by its exit status, and its unit fails.
  if (found === null || found.goal === null) return;
  // Of an incident the serve that began the run tells, in the incident's own thread.
  const story = belongsToIncident(trigger) ? null : found;
  const hasElsewhere = events.some((event) => event.type === 'executor.answered' && event.approval !== null);
  // What a timer's run found has joined the incidents; there it is told once, whoever else finds it.
  const joinedSince = trigger.kind === 'timer' && world.store.kind === 'disk' ? startedAt : null;
  const withinMs = (): number => (signal.aborted ? LAST_WORDS_MS : SEND_WITHIN_MS);
  try {
    await tellFrom(world, { story, joinedSince, hasElsewhere, log, withinMs });
  } catch (error) {
    // The disk is full, or the folder is not ours: then nothing is kept, and it is said all the same.
    if (!(error instanceof OpsError && error.reason === 'state-full')) throw error;
    const bare = { ...world, store: createMemoryStore(error.message) };
    await tellFrom(bare, { story, joinedSince: null, hasElsewhere, log, withinMs });
  }
}

async function tellFrom(
  world: World,
  {
    story,
    joinedSince,
    hasElsewhere,
    log,
    withinMs,
  }: {
    story: RunStory | null;
    joinedSince: number | null;
    hasElsewhere: boolean;
    log: (line: string) => void;
    withinMs: () => number;
  },
): Promise<void> {
  const desk = await openDesk(world, log);
  if (desk === null) return;
  if (story !== null && joinedSince !== null) await orLog(tellJoined(world, desk, story, joinedSince), log);
  if (story !== null && !(joinedSince !== null && isOfIncidents(story))) await putStory(desk, story);
  const said = new Set<string>();
  await tellApprovals(world, desk, said);
  if (hasElsewhere) await orLog(tellElsewhere(world, desk, said), log);
  await sendNow(world, desk, log, withinMs());
}

/** What is to be said of it is what it found, and that joined the incidents. */
function isOfIncidents({ outcome, findings }: RunStory): boolean {
  const isTold = outcome === 'escalated' || outcome === 'needs-approval';
  return isTold && findings.some(({ severity }) => severity !== 'info');
}

async function tellJoined(world: World, desk: Desk, { run, host }: RunStory, since: number): Promise<void> {
  const incidents = createIncidentDesk(world, desk);
  const { incidents: all } = await readBook(world);
  for (const incident of all.values()) {
    const { runs, intake, source, stateSince } = incident;
    const isOurs = intake === 'finding' && source === host && stateSince >= since;
    if (isOurs || runs.some((one) => one.run === run)) await incidents.note(incident);
  }
}

async function putStory(desk: Desk, story: RunStory): Promise<void> {
  const { said } = await desk.outbox.thread(runThread(story));
  const made = runNotice(story, readSaid(said), desk.scene());
  if (made === null) return;
  await desk.put(made.notice, JSON.stringify(made.said));
}

/** How much still waits, or null when a serve sends. */
export async function sendNow(
  world: World,
  desk: Desk,
  log: (line: string) => void,
  withinMs: number,
): Promise<number | null> {
  const lock = await desk.outbox.lockSender();
  if (lock === undefined) return null;
  try {
    await orLog(tellDigest(world, desk), log);
    const left = await desk.sender.drain(withinMs);
    await desk.sender.settled();
    if (left > 0)
      log(`notify: ${left} message${left === 1 ? '' : 's'} wait; steward notify flush tries again`);
    return left;
  } finally {
    lock.release();
  }
}

function readSaid(text: string | null): LastSaid | null {
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  const isOurs = isRecord(value) && typeof value.signature === 'string' && typeof value.at === 'number';
  const what = isOurs && typeof value.what === 'string' ? value.what : null;
  return isOurs ? { signature: value.signature as string, what, at: value.at as number } : null;
}

function belongsToIncident({ payload }: Trigger): boolean {
  return isRecord(payload) && typeof payload.incident === 'string';
}
