import type { Found, ScannedSource, StateFile, StateItem } from '../../src/protocol/state-file.ts';
import { emptySections, mergeScan } from '../../src/state/index.ts';
import { toItem } from '../../src/state/to-item.ts';

export const T0 = Date.parse('2026-10-20T12:00:00Z');

export function item(fields: Partial<StateItem> & { id: string }): StateItem {
  const blank = toItem({ id: fields.id, name: fields.id }, 'systemd:web1', new Date(T0).toISOString());
  return { ...blank, ...fields };
}

export function stateOf(sections: Partial<ReturnType<typeof emptySections>>, at = T0): StateFile {
  return {
    meta: {
      schema_version: 1,
      generated_at: new Date(at).toISOString(),
      generated_by: 'a test',
      duration_ms: 3,
      partial: false,
    },
    sources: [],
    ...emptySections(),
    ...sections,
  };
}

export function source(name: string, answer: Found | string, at = T0): ScannedSource {
  return {
    name,
    kind: name.split(':')[0] ?? '',
    target: name.split(':')[1] ?? name,
    at,
    durationMs: 5,
    answer: typeof answer === 'string' ? { problem: answer } : { found: answer },
  };
}

export function scanned(
  current: StateFile | null,
  sources: readonly ScannedSource[],
  {
    at = T0,
    known = sources.map(({ name }) => name),
    declared = {},
    now = at + 60_000,
  }: { at?: number; known?: string[]; declared?: Found; now?: number } = {},
): StateFile {
  return mergeScan(current, { at, durationMs: 5, by: 'a test', declared, known, sources }, now);
}
