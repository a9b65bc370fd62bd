import type { RunEvent } from '../protocol/event.ts';
import type { StateStore } from '../protocol/store.ts';
import { logName } from './check-lines.ts';
import { decodeLine } from './log-line.ts';
import { runOfLog } from './read-run.ts';

/** What logs say of money; of a long one a small part. */
const KINDS: readonly RunEvent['type'][] = [
  'model.requested',
  'model.replied',
  'model.failed',
  'context.reduced',
];
/** What a month of most hosts has; of more the newest. */
const MOST_RUNS = 2_000;
const LINE_FEED = 0x0a;

/** Events of all runs that say what models were asked and what it cost, since then; taken at their word. */
export async function listSpending(store: StateStore, since: number): Promise<RunEvent[]> {
  const logs = (await store.list('runs'))
    .filter(({ name, modifiedAt }) => runOfLog(name) !== undefined && modifiedAt >= since)
    .sort((a, b) => b.modifiedAt - a.modifiedAt)
    .slice(0, MOST_RUNS);
  const events: RunEvent[] = [];
  for (const { name } of logs) {
    const bytes = await store.readBytes(logName(runOfLog(name) ?? ''));
    if (bytes !== undefined) readKinds(bytes, KINDS, since, events);
  }
  return events;
}

/** The same of one run, with how it was opened: what a status line counts. */
export async function readSpending(store: StateStore, run: string): Promise<RunEvent[]> {
  const bytes = await store.readBytes(logName(run));
  const events: RunEvent[] = [];
  if (bytes !== undefined) readKinds(bytes, ['run.opened', ...KINDS], 0, events);
  return events;
}

/** Of the operator's own commands that a run has in its log. */
export async function countOwnCommands(store: StateStore, run: string): Promise<number> {
  const bytes = await store.readBytes(logName(run));
  const events: RunEvent[] = [];
  if (bytes !== undefined) readKinds(bytes, ['operator.began'], 0, events);
  return events.length;
}

/** Steps of a run that were refused. */
export async function countRefusals(store: StateStore, run: string): Promise<number> {
  const bytes = await store.readBytes(logName(run));
  const events: RunEvent[] = [];
  if (bytes !== undefined) readKinds(bytes, ['step.decided'], 0, events);
  return events.filter((event) => event.type === 'step.decided' && event.decision === 'refuse').length;
}

function readKinds(
  bytes: Uint8Array,
  kinds: readonly RunEvent['type'][],
  since: number,
  into: RunEvent[],
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; ; ) {
    const end = buffer.indexOf(LINE_FEED, start);
    if (end < 0) return;
    const line = buffer.subarray(start, end);
    start = end + 1;
    // `{"seq":12,"time":"…","event":{"type":"…"`: steward writes the type first, so few lines are parsed.
    const head = line.toString('latin1', 0, 120);
    if (!kinds.some((kind) => head.includes(`"type":"${kind}"`))) continue;
    const { body } = decodeLine(line, 0);
    if (body !== null && Date.parse(body.time) >= since) into.push(body.event as unknown as RunEvent);
  }
}
