import { STATE_SECTIONS, type StateFile, type StateItem, type StateSection } from '../protocol/state-file.ts';

export interface FoundRow {
  section: StateSection;
  item: StateItem;
}

/**
 * Rows that hold every word of the query, in any field. `services`, `services.failed` and `stale` are words too: a
 * section, and what is not seen any more. No words: all rows.
 */
export function findItems(state: StateFile, query: string): FoundRow[] {
  const words = query
    .toLowerCase()
    .split(/[\s.]+(?=\D|$)|\s+/)
    .filter((word) => word !== '');
  const section = STATE_SECTIONS.find((name) => name === words[0] || name === `${words[0]}s`);
  const rest = section === undefined ? words : words.slice(1);
  return STATE_SECTIONS.filter((name) => section === undefined || name === section).flatMap((name) =>
    state[name]
      .filter((item) => rest.every((word) => holds(item, word)))
      .map((item) => ({ section: name, item })),
  );
}

function holds(item: StateItem, word: string): boolean {
  if (word === 'stale') return item.stale !== null;
  const texts = [
    item.id,
    item.source,
    item.status ?? '',
    item.host ?? '',
    item.owner ?? '',
    ...item.addresses,
    ...item.ports.map(String),
    ...item.tags,
    ...Object.values(item.facts).map(String),
  ];
  return texts.some((text) => text.toLowerCase().includes(word));
}

/** Rows that one of the names is about: the thing itself, what is on it, and what listens at that address. */
export function touchedItems(state: StateFile, names: ReadonlySet<string>): FoundRow[] {
  if (names.size === 0) return [];
  const wanted = new Set([...names].map((name) => name.toLowerCase()));
  const is = (text: string | null): boolean => text !== null && wanted.has(text.toLowerCase());
  return STATE_SECTIONS.flatMap((section) =>
    state[section]
      .filter(
        ({ id, name, host, addresses, status, stale }) =>
          is(name) ||
          is(id) ||
          is(bare(name)) ||
          addresses.some(is) ||
          (is(host) && (status === 'failed' || stale !== null)),
      )
      .map((item) => ({ section, item })),
  );
}

/** `nginx.service` is also `nginx`. */
function bare(name: string): string {
  return name.replace(/\.(service|timer|socket|mount)$/, '');
}
