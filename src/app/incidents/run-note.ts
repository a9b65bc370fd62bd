import type { RunNote } from '../../incidents/index.ts';
import { sha256 } from '../../lib/digest.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { showDiff } from '../../lib/show-diff.ts';
import type { LogLine, RunEvent } from '../../protocol/event.ts';
import { readRun } from '../../runs/index.ts';
import type { World } from '../world.ts';

const MOST_DIFF_LINES = 60;

/** What a run made of an incident, out of its log. */
export async function noteOf(world: World, run: string, outcome: string): Promise<RunNote> {
  try {
    const { lines } = await readRun(world.store, run);
    const events = lines.map(({ event }) => event);
    const closed = events.findLast((event) => event.type === 'run.closed');
    return {
      run,
      outcome,
      text: closed?.result ?? null,
      actions: actionsOf(lines),
      diffs: await diffsOf(world, events),
      followUps: followUpsOf(events),
    };
  } catch (error) {
    // Its log was removed with its age, or it never began.
    if (!(error instanceof OpsError)) throw error;
    return { run, outcome, text: null, actions: [], diffs: [], followUps: [] };
  }
}

/** What did more than look, and how it went. */
function actionsOf(lines: readonly LogLine[]): RunNote['actions'] {
  const ends = new Map(
    lines.flatMap(({ event }) => (event.type === 'step.finished' ? [[event.step, event] as const] : [])),
  );
  return lines.flatMap(({ event, time }) => {
    if (event.type !== 'step.started' || event.effect === 'observe') return [];
    const end = ends.get(event.step);
    const how =
      end === undefined ? 'nobody saw how it ended' : `${end.ok ? 'done' : 'failed'}, ${end.summary}`;
    return [{ at: Date.parse(time), text: event.command, end: how }];
  });
}

/** Of files that are still as the run left them: what it made of them. */
async function diffsOf(
  { store, operatorFiles }: World,
  events: readonly RunEvent[],
): Promise<RunNote['diffs']> {
  const first = new Map<string, string | null>();
  const last = new Map<string, string | null>();
  for (const event of events) {
    if (event.type !== 'file.checkpointed') continue;
    if (!first.has(event.path)) first.set(event.path, event.before);
    last.set(event.path, event.after);
  }
  return Promise.all(
    [...first].map(async ([path, kept]) => {
      const now = (await operatorFiles.readText(path).catch(() => undefined)) ?? null;
      const isAsLeft = (now === null ? null : sha256(now)) === (last.get(path) ?? null);
      const before = kept === null ? '' : await store.readText(kept);
      const isShown = isAsLeft && before !== undefined;
      return { path, diff: isShown ? showDiff(before, now ?? '', MOST_DIFF_LINES) : null };
    }),
  );
}

function followUpsOf(events: readonly RunEvent[]): string[] {
  const report = events.findLast((event) => event.type === 'report.made');
  const waiting = events.flatMap((event) =>
    event.type === 'change.parked'
      ? [`a change waits for an answer: steward approvals show ${event.approval}`]
      : [],
  );
  return [...waiting, ...(report?.report.advice ?? [])];
}
