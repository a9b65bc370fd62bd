import { fence } from '../../lib/fence.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { RunScope } from './open-run.ts';

/** What becomes of that which started a run, while it works: serve writes it down, the run looks for it. */
export function newsName(run: string): string {
  return `incidents/news-${run}.json`;
}

export interface News {
  /** Since the last time, for the model's next step: data, in the fence of the run. */
  take(): string[];
  stop(): void;
}

const POLL_MS = 1_000;
const MOST_LINES = 40;

/** null for a run that no incident started: nobody writes anything for it. */
export function followNews({ world, run, request }: RunScope, marker: string): News | null {
  const { payload } = request.trigger;
  if (!isRecord(payload) || typeof payload.incident !== 'string') return null;
  let lines: string[] = [];
  let taken = 0;
  const look = async (): Promise<void> => {
    const text = await world.store.readText(newsName(run));
    const told: unknown = text === undefined ? [] : JSON.parse(text);
    if (Array.isArray(told)) lines = told.map(String).slice(0, MOST_LINES);
  };
  // Half a file is never seen, and a folder in trouble is told of where it is written to.
  const poll = setInterval(() => void look().catch(() => {}), POLL_MS);
  poll.unref();
  return {
    take() {
      const fresh = lines.slice(taken);
      taken = lines.length;
      if (fresh.length === 0) return [];
      const data = fence(fresh.join('\n'), { marker, label: 'the incident since' });
      return [
        `What started this run has changed meanwhile. Take it into account, and look again where it matters:\n${data}`,
      ];
    },
    stop: () => clearInterval(poll),
  };
}
