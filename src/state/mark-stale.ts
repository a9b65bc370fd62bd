import { STATE_SECTIONS, type StateFile } from '../protocol/state-file.ts';

/** Every item as something that was so and that nobody has looked at since. */
export function markStale(state: StateFile, reason: string): StateFile {
  const marked = { ...state };
  for (const section of STATE_SECTIONS) {
    marked[section] = state[section].map((item) => ({
      ...item,
      stale: { since: item.stale?.since ?? item.seen_at ?? state.meta.generated_at, reason },
    }));
  }
  return marked;
}
