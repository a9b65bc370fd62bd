import { isRecord } from '../../../lib/is-record.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import type { Evidence } from '../../../pages/index.ts';
import type { Approval } from '../../../protocol/approval.ts';
import type { RunEvent } from '../../../protocol/event.ts';
import { readNewestLines } from '../../../runs/index.ts';
import { maskEvent } from '../../masking/mask-event.ts';
import type { World } from '../../world.ts';

/** Logs are shorter, but for runs of days. */
const MOST_LINES = 20_000;

/**
 * What the run that asks had seen under the names that it gives as evidence, in their order. A name that its log does not
 * know stands alone; so do all of them when the log is not here.
 */
export async function evidenceOf(world: World, { run, evidence }: Approval): Promise<Evidence[]> {
  if (evidence.length === 0) return [];
  const known = new Map<string, Evidence>();
  for (const event of await eventsOf(world, run)) {
    for (const item of itemsOf(maskEvent(event, world.masker))) known.set(item.id, item);
  }
  return evidence.map((id) => known.get(id) ?? { id, title: null, text: null });
}

async function eventsOf({ store }: World, run: string): Promise<RunEvent[]> {
  try {
    return (await readNewestLines(store, run, MOST_LINES)).lines.map(({ event }) => event);
  } catch (error) {
    // Removed with its age, or another host's.
    if (error instanceof OpsError) return [];
    throw error;
  }
}

function itemsOf(event: RunEvent): Evidence[] {
  switch (event.type) {
    case 'snapshot.taken':
      return event.items.map(({ id, probe, status, reason, text }) => {
        const how = status === 'ok' ? '' : `: ${status}${reason === null ? '' : `, ${reason}`}`;
        return { id, title: `${probe}${how}`, text };
      });
    case 'findings.judged':
      return event.findings.map(({ id, text }) => ({ id, title: text, text: null }));
    case 'look.taken':
      return [{ id: event.look.id, title: event.look.command, text: event.look.text }];
    case 'call.finished':
      return [{ id: event.call, title: `${event.tool} ${inputOf(event.input)}`, text: event.text }];
    default:
      return [];
  }
}

function inputOf(input: unknown): string {
  if (isRecord(input) && typeof input.command === 'string') return input.command;
  return JSON.stringify(input) ?? '';
}
