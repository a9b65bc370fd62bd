import { sha256 } from '../lib/digest.ts';
import { STATE_SECTIONS, type StateFile } from '../protocol/state-file.ts';

/**
 * What a state says, without when it was looked at: two scans of machines that did not change have the same. That
 * something is stale, and why, is a part of it.
 */
export function contentDigest(state: StateFile): string {
  const sections = STATE_SECTIONS.map((section) =>
    state[section].map((item) => ({
      ...item,
      seen_at: null,
      stale: item.stale === null ? null : item.stale.reason,
    })),
  );
  const sources = state.sources.map(({ name, kind, target, problem }) => ({ name, kind, target, problem }));
  return sha256(JSON.stringify({ sources, sections }));
}

/** The bytes of `state.json`: for people and `jq`, so one item a line. */
export function printState(state: StateFile): string {
  const rows = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n    ${items.map((item) => JSON.stringify(item)).join(',\n    ')}\n  ]`;
  const fields = [
    `  "meta": ${JSON.stringify(state.meta)}`,
    `  "sources": ${rows(state.sources)}`,
    ...STATE_SECTIONS.map((section) => `  ${JSON.stringify(section)}: ${rows(state[section])}`),
  ];
  return `{\n${fields.join(',\n')}\n}\n`;
}
