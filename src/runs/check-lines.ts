import { OpsError } from '../lib/ops-error.ts';
import type { LogLine, RunEvent } from '../protocol/event.ts';
import { firstLink, type StoredLine } from './log-line.ts';

/** Clocks are set back by seconds when time sync starts; more than this is worth an operator's look. */
const CLOCK_STEP_MS = 10 * 60 * 1000;

export interface LineProblem {
  /** From 1; 0 for the log as a whole. */
  line: number;
  problem: string;
}

export interface CheckedLines {
  /** Everything that can be read and is an event, in order, damaged or not. */
  events: LogLine[];
  problems: LineProblem[];
  /** Numbers of the lines that are not what was written. A clock that was set back is a problem, but no damage. */
  damaged: number[];
}

/** zod is not on the start path of a run, so it comes when a log is read back. */
export async function checkLines(run: string, lines: readonly StoredLine[]): Promise<CheckedLines> {
  const { eventSchema } = await import('../protocol/schemas/event.ts');
  const events: LogLine[] = [];
  const problems: LineProblem[] = [];
  const damaged = new Set<number>();
  let link = firstLink(run);
  let seq = 0;
  let time = Number.NEGATIVE_INFINITY;
  for (const stored of lines) {
    const say = (problem: string) => {
      problems.push({ line: stored.number, problem });
      damaged.add(stored.number);
    };
    const { body } = stored;
    if (body === null) {
      say('is not a line of a run log');
      seq += 1;
      link = stored.link;
      continue;
    }
    if (!stored.isSound) say('was changed: its hash does not match its bytes');
    if (body.prev !== link) say('does not follow the line before it: lines were removed, added or reordered');
    if (body.seq !== seq + 1) say(`has number ${body.seq} where ${seq + 1} is due`);
    if (Date.parse(body.time) < time - CLOCK_STEP_MS) {
      problems.push({ line: stored.number, problem: `is dated ${body.time}, before the line above it` });
    }
    const parsed = eventSchema.safeParse(body.event);
    if (parsed.success) {
      // The schema's type equals RunEvent (a test holds that); the parsed copy would lack keys it does not know.
      events.push({ ...body, event: body.event as unknown as RunEvent });
    } else {
      const issue = parsed.error.issues[0];
      say(
        `is not an event this steward knows: ${issue?.path.join('.') || body.event.type} ${issue?.message ?? ''}`,
      );
    }
    link = stored.link;
    seq = body.seq;
    time = Date.parse(body.time);
  }
  return { events, problems, damaged: [...damaged] };
}

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Run ids become file names. */
export function isRunId(run: string): boolean {
  return RUN_ID.test(run);
}

export function checkRunId(run: string): void {
  if (isRunId(run)) return;
  throw new OpsError('bad-run-id', 'usage', `${JSON.stringify(run)} is not a run id`, {
    hint: 'use letters, digits, - and _, at most 100, beginning with a letter or digit',
  });
}

export function logName(run: string): string {
  return `runs/${run}.jsonl`;
}

export function noSuchRun(run: string): OpsError {
  return new OpsError('no-such-run', 'input', `there is no run ${run}`, { hint: 'steward runs list' });
}
