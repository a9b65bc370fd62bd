import { OpsError } from '../lib/ops-error.ts';
import type { LogLine } from '../protocol/event.ts';
import type { StateStore } from '../protocol/store.ts';
import { checkLines, isRunId, type LineProblem, logName, noSuchRun } from './check-lines.ts';
import { firstLink, splitLog } from './log-line.ts';
import { runsNamed } from './run-names.ts';

export interface ReadRun {
  run: string;
  lines: LogLine[];
  problems: LineProblem[];
}

export interface VerifiedRun {
  run: string;
  ok: boolean;
  /** Lines in the file, readable or not. */
  lines: number;
  /** Hash of the last line. */
  head: string;
  problems: LineProblem[];
}

/**
 * The whole id of the one run that has this id or name, or whose id begins so. Throws OpsError when there is none, or
 * more than one.
 */
export async function findRun(store: StateStore, id: string): Promise<string> {
  if (isRunId(id) && (await store.readRange(logName(id), 0, 1)) !== undefined) return id;
  const [named, ...more] = await runsNamed(store, id);
  if (named !== undefined && more.length === 0) return named;
  if (named !== undefined) {
    const ids = [named, ...more].map((run) => run.slice(0, 8)).join(', ');
    throw new OpsError('ambiguous-run', 'input', `${more.length + 1} runs are named ${id}: ${ids}`, {
      hint: 'give the id of one of them',
    });
  }
  if (!isRunId(id)) throw noSuchRun(id);
  const found = (await listRunIds(store)).filter((run) => run.startsWith(id));
  const [first] = found;
  if (first === undefined) throw noSuchRun(id);
  if (found.length === 1) return first;
  const some = found.slice(0, 3).join(', ') + (found.length > 3 ? ', …' : '');
  throw new OpsError('ambiguous-run', 'input', `${found.length} runs begin with ${id}: ${some}`, {
    hint: 'give more of the id; steward runs list shows them',
  });
}

/** Without repair and without the lock: a run may be written meanwhile, whose unfinished last line is left out. */
export async function readRun(store: StateStore, id: string): Promise<ReadRun> {
  const run = await findRun(store, id);
  const { lines } = splitLog(await readLog(store, run));
  const { events, problems } = await checkLines(run, lines);
  return { run, lines: events, problems };
}

/**
 * Checks every line against its neighbours, its own hash and the schema. What is cut off the end shows only against a
 * `head` that was kept elsewhere (the journal has it).
 */
export async function verifyRun(
  store: StateStore,
  id: string,
  options: { head?: string } = {},
): Promise<VerifiedRun> {
  const run = await findRun(store, id);
  const { lines, tornBytes } = splitLog(await readLog(store, run));
  const { events, problems } = await checkLines(run, lines);
  const first = events[0]?.event;
  if (lines.length === 0) problems.push({ line: 0, problem: 'the log is empty' });
  // A log whose first line was torn begins with its repair.
  else if (first?.type !== 'run.opened' && first?.type !== 'log.repaired') {
    problems.push({ line: 1, problem: 'the log does not begin with run.opened' });
  }
  if (first?.type === 'run.opened' && first.run !== run) {
    problems.push({ line: 1, problem: `is the log of run ${first.run}` });
  }
  if (tornBytes > 0 && !(await isOpen(store, run))) {
    problems.push({
      line: lines.length + 1,
      problem: `ends in the middle (${tornBytes} bytes); resuming the run cuts it`,
    });
  }
  const { head } = options;
  if (head !== undefined && !lines.some(({ link }) => link === head)) {
    problems.push({
      line: 0,
      problem: `no line has the hash ${head}: the end was cut off, or lines were changed`,
    });
  }
  return {
    run,
    ok: problems.length === 0,
    lines: lines.length,
    head: lines.at(-1)?.link ?? firstLink(run),
    problems,
  };
}

async function listRunIds(store: StateStore): Promise<string[]> {
  const entries = await store.list('runs');
  return entries.flatMap(({ name }) => runOfLog(name) ?? []);
}

/** `x` for `x.jsonl`. */
export function runOfLog(name: string): string | undefined {
  return /^(.+)\.jsonl$/.exec(name)?.[1];
}

/** A process is working on it now. */
export async function isOpen(store: StateStore, run: string): Promise<boolean> {
  const lock = await store.lock(`runs/${run}`);
  lock?.release();
  return lock === undefined;
}

async function readLog(store: StateStore, run: string): Promise<Uint8Array> {
  const bytes = await store.readBytes(logName(run));
  if (bytes === undefined) throw noSuchRun(run);
  return bytes;
}
