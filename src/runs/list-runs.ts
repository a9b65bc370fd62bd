import type { RunEvent } from '../protocol/event.ts';
import { ending, type Outcome, type Reason } from '../protocol/outcome.ts';
import type { StateEntry, StateStore } from '../protocol/store.ts';
import { logName } from './check-lines.ts';
import { decodeLine } from './log-line.ts';
import { isOpen, runOfLog } from './read-run.ts';
import type { EventOf } from './replayed.ts';
import { readRunName, runOfNameFile } from './run-names.ts';

export interface RunSummary {
  run: string;
  /** What the operator called it. */
  name: string | null;
  /** Milliseconds since the epoch; of the file when the first line cannot be read. */
  openedAt: number;
  goal: string | null;
  /** First line, at most 120 characters. */
  prompt: string | null;
  trigger: string | null;
  /** Who or what started it, as far as it is known; from outside. */
  startedBy: string | null;
  /** The run that started it, or led to it. */
  parent: string | null;
  /** Runs between it and what no run started. */
  depth: number;
  /** `open`: a process works on it. `interrupted`: its last sitting did not come to an end. */
  outcome: Outcome | 'open' | 'interrupted';
  exitCode: number | null;
  /** null for a run that is not closed, or when a price is not known. */
  costUsd: number | null;
  turns: number | null;
  durationMs: number | null;
  /** Milliseconds since the epoch: from when on another try is worth it, where it ended for now. */
  resumeAt: number | null;
  cwd: string | null;
  /** It has tools, so there is something to go on with; an undo has none. */
  isResumable: boolean;
}

export interface ListOptions {
  limit?: number;
  goal?: string;
  outcome?: RunSummary['outcome'];
  cwd?: string;
  isResumable?: boolean;
}

const PROMPT_LENGTH = 120;
/** Enough for nearly every first and last line; a longer one costs another, larger read. */
const PART_BYTES = 8 * 1024;
/** Files are read a few at a time: more wait in Node's thread pool anyway. */
const PARALLEL = 16;

/**
 * Newest first, by when something was last written. Reads the head and the tail of each log,
 * and takes them at their word: the casts below hold for what steward wrote, and `verify` is there for the rest.
 */
export async function listRuns(store: StateStore, options: ListOptions = {}): Promise<RunSummary[]> {
  const { limit = Number.POSITIVE_INFINITY } = options;
  const files = await store.list('runs');
  const named = new Set(files.flatMap(({ name }) => runOfNameFile(name) ?? []));
  const logs = files.filter(({ name }) => runOfLog(name) !== undefined);
  logs.sort((a, b) => b.modifiedAt - a.modifiedAt || (a.name < b.name ? 1 : -1));
  const found: RunSummary[] = [];
  for (let at = 0; at < logs.length && found.length < limit; at += PARALLEL) {
    const batch = await Promise.all(logs.slice(at, at + PARALLEL).map((log) => summarise(store, log, named)));
    for (const summary of batch) {
      if (summary !== null && isWanted(summary, options) && found.length < limit) found.push(summary);
    }
  }
  return found;
}

/** One of them; null when there is none with this id. */
export async function describeRun(store: StateStore, run: string): Promise<RunSummary | null> {
  const files = await store.list('runs');
  const log = files.find(({ name }) => runOfLog(name) === run);
  return log === undefined ? null : summarise(store, log, new Set([run]));
}

/** The run that `--continue` means: the last one that worked in this folder. */
export async function latestRun(
  store: StateStore,
  options: { cwd: string },
): Promise<RunSummary | undefined> {
  return (await listRuns(store, { cwd: options.cwd, isResumable: true, limit: 1 }))[0];
}

function isWanted(summary: RunSummary, { goal, outcome, cwd, isResumable }: ListOptions): boolean {
  return (
    (goal === undefined || summary.goal === goal) &&
    (outcome === undefined || summary.outcome === outcome) &&
    (cwd === undefined || summary.cwd === cwd) &&
    (isResumable === undefined || summary.isResumable === isResumable)
  );
}

/** null: removed meanwhile. */
async function summarise(
  store: StateStore,
  log: StateEntry,
  named: ReadonlySet<string>,
): Promise<RunSummary | null> {
  const run = runOfLog(log.name) ?? log.name;
  const [first, closed, firstWords] = await readEnds(store, run, log.sizeBytes);
  if (first === null) return null;
  const opened = first?.event.type === 'run.opened' ? (first.event as EventOf<'run.opened'>) : null;
  return {
    run,
    name: named.has(run) ? await readRunName(store, run) : null,
    openedAt: first === undefined ? log.modifiedAt : Date.parse(first.time),
    goal: opened?.goal ?? null,
    prompt: firstLine(opened?.prompt ?? (opened?.goal === null ? firstWords : null)),
    trigger: opened?.trigger?.kind ?? null,
    startedBy: opened?.trigger?.by ?? null,
    parent: opened?.trigger?.parent ?? null,
    depth: opened?.trigger?.depth ?? (opened?.trigger?.parent == null ? 0 : 1),
    cwd: opened?.cwd ?? null,
    isResumable: (opened?.tools?.length ?? 0) > 0,
    ...(closed === null ? await describeUnclosed(store, run) : describeClosed(closed)),
  };
}

function describeClosed(closed: EventOf<'run.closed'>) {
  const { outcome, turns, costUsd, durationMs } = closed;
  const resumeAt = closed.resumeAt ?? null;
  return { outcome, exitCode: exitCodeOf(closed.reason), turns, costUsd, durationMs, resumeAt };
}

async function describeUnclosed(store: StateStore, run: string) {
  const outcome = (await isOpen(store, run)) ? ('open' as const) : ('interrupted' as const);
  return { outcome, exitCode: null, turns: null, costUsd: null, durationMs: null, resumeAt: null };
}

/** A log of another version may have a reason that is not in our table. */
function exitCodeOf(reason: string): number | null {
  return (ending(reason as Reason) as { exitCode: number } | undefined)?.exitCode ?? null;
}

type Line = { time: string; event: { type: string } };

/** The first line (undefined: unreadable, null: no file), when it ends the run the closing one, and the first prompt. */
async function readEnds(
  store: StateStore,
  run: string,
  sizeBytes: number,
): Promise<[Line | undefined | null, EventOf<'run.closed'> | null, string | null]> {
  const name = logName(run);
  const head = await readHead(store, name, sizeBytes);
  if (head === null) return [null, null, null];
  const end = head.indexOf(0x0a);
  const first = decodeLine(head.subarray(0, end < 0 ? head.length : end), 1).body ?? undefined;
  const closed = head.length >= sizeBytes ? findClosed(head) : await readClosed(store, name, sizeBytes);
  return [first, closed ?? null, findFirstWords(head)];
}

/** A run that the operator began with a command of their own was opened without a prompt. */
function findFirstWords(head: Buffer): string | null {
  for (let at = head.indexOf(0x0a) + 1; at > 0; ) {
    const end = head.indexOf(0x0a, at);
    if (end < 0) return null;
    const { body } = decodeLine(head.subarray(at, end), 0);
    if (body?.event.type === 'run.resumed' && typeof body.event.prompt === 'string') return body.event.prompt;
    // Further down is nothing but work.
    if (body?.event.type === 'prompt.built') return null;
    at = end + 1;
  }
  return null;
}

async function readHead(store: StateStore, name: string, sizeBytes: number): Promise<Buffer | null> {
  for (let part = PART_BYTES; ; part *= 16) {
    const bytes = await store.readRange(name, 0, part);
    if (bytes === undefined) return null;
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (head.includes(0x0a) || part >= sizeBytes) return head;
  }
}

async function readClosed(store: StateStore, name: string, sizeBytes: number) {
  for (let part = PART_BYTES; ; part *= 16) {
    const from = Math.max(0, sizeBytes - part);
    const bytes = await store.readRange(name, from, sizeBytes - from);
    if (bytes === undefined) return null;
    const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The first line of a part is cut unless the part is the whole file.
    const whole = from === 0 ? tail : tail.subarray(tail.indexOf(0x0a) + 1);
    const closed = findClosed(whole);
    if (closed !== undefined || from === 0) return closed ?? null;
  }
}

/** What is written behind the closing line without going on with the work. */
const ASIDE = new Set<string>([
  'log.repaired',
  'notice.given',
  'step.unknown',
  'run.named',
  'run.rewound',
  'operator.began',
  'operator.ended',
] satisfies RunEvent['type'][]);
/** What a rewinding did to files stands before its own line. */
const OF_REWINDING = new Set<string>([
  'step.decided',
  'step.started',
  'step.finished',
  'file.checkpointed',
] satisfies RunEvent['type'][]);

/** From the end back: undefined when the part has no line that decides it. */
function findClosed(part: Buffer): EventOf<'run.closed'> | null | undefined {
  let end = part.lastIndexOf(0x0a);
  let isRewinding = false;
  while (end > 0) {
    const start = part.lastIndexOf(0x0a, end - 1) + 1;
    const { body } = decodeLine(part.subarray(start, end), 0);
    if (body?.event.type === 'run.closed') return body.event as unknown as EventOf<'run.closed'>;
    const type = body?.event.type;
    if (type !== undefined && !ASIDE.has(type) && !(isRewinding && OF_REWINDING.has(type))) return null;
    isRewinding ||= type === 'run.rewound';
    end = start - 1;
  }
  return undefined;
}

function firstLine(prompt: string | null): string | null {
  const line = prompt?.trim().split('\n', 1)[0];
  if (line === undefined) return null;
  return line.length > PROMPT_LENGTH ? `${line.slice(0, PROMPT_LENGTH - 1)}…` : line;
}
