import type { IncidentWriter } from '../../incidents/index.ts';
import type { IncidentBook } from '../../protocol/incident.ts';
import type { Telling } from '../../protocol/telling.ts';

/** The same writer, which tells of every incident that an append changed, after that is on disk. */
export function tellChanges(
  writer: IncidentWriter,
  telling: Telling,
  log: (line: string) => void,
): IncidentWriter {
  return {
    ...writer,
    async append(inputs, batches) {
      const before = writer.book();
      await writer.append(inputs, batches);
      await tell(before, writer.book(), telling, log);
    },
  };
}

async function tell(
  before: IncidentBook,
  after: IncidentBook,
  telling: Telling,
  log: (line: string) => void,
): Promise<void> {
  for (const [id, one] of after.incidents) {
    const known = before.incidents.get(id) ?? null;
    if (known === one) continue;
    try {
      await telling.incidentChanged(known, one);
    } catch (error) {
      // What is known of incidents does not hang on who could be told.
      log(`cannot tell of ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
