import type { StateFile, StateItem } from '../protocol/state-file.ts';
import { toItem } from './to-item.ts';

/** Words of sources for what is broken; `inactive` or `dead` may be as it should be. */
const BAD = new Set(['failed', 'critical', 'down', 'offline', 'notready', 'restarting', 'unhealthy', 'lost']);

/** What is wrong by what the sources themselves say. `id` is stable, so that the same trouble stays the same alert. */
export function alertsOf(
  state: Pick<StateFile, 'hosts' | 'guests' | 'services' | 'jobs' | 'sources'>,
): StateItem[] {
  const items = (['hosts', 'guests', 'services', 'jobs'] as const).flatMap((section) =>
    state[section]
      .filter(({ status }) => status !== null && BAD.has(status.toLowerCase()))
      .map(
        (item): StateItem => ({
          ...item,
          id: `${section}/${item.id}`,
          tags: [],
          owner: item.owner,
          needs: [],
          addresses: [],
          ports: [],
          facts: { about: section, severity: item.status === 'critical' ? 'critical' : 'warning' },
        }),
      ),
  );
  const silent = state.sources
    .filter(({ problem }) => problem !== null)
    .map(({ name, seen_at, problem }) =>
      toItem(
        {
          id: `sources/${name}`,
          name,
          status: 'no answer',
          facts: { about: 'sources', severity: 'warning', reason: problem },
        },
        name,
        seen_at,
      ),
    );
  return [...items, ...silent];
}
