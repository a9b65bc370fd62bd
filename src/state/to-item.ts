import type { FoundItem, StateItem } from '../protocol/state-file.ts';

/** A row of the state; what the source says nothing of is null or empty. */
export function toItem(found: FoundItem, source: string, seenAt: string | null): StateItem {
  return {
    id: found.id,
    name: found.name,
    source,
    seen_at: seenAt,
    stale: null,
    status: found.status ?? null,
    host: found.host ?? null,
    addresses: found.addresses ?? [],
    ports: found.ports ?? [],
    tags: found.tags ?? [],
    owner: found.owner ?? null,
    needs: found.needs ?? [],
    facts: found.facts ?? {},
  };
}
