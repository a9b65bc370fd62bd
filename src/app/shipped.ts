import type { Places } from '../lib/packed-json.ts';
import { openSpecs, type SpecBook, type SpecIndex } from '../policy/index.ts';
import type { Goal } from '../protocol/goal.ts';
import type { ToolSpec } from '../protocol/model.ts';
import type { ProbeSpec } from '../protocol/probe.ts';

/**
 * What the project ships for operators, checked and compiled at build. Each is its own chunk, read when it is first
 * wanted. The casts are true because scripts/compile-shipped.ts wrote the files from these types.
 */
export async function shippedProbes(isWanted: (name: string) => boolean = () => true): Promise<ProbeSpec[]> {
  const [{ default: places }, { default: text }] = await Promise.all([
    import('../../generated/probes.json', { with: { type: 'json' } }),
    // Built, it stays a file that is read in parts.
    import('../../generated/probe-texts.json', { with: { type: 'json' } }),
  ]);
  return Object.entries(places as unknown as Places).flatMap(([name, [start, end]]) =>
    isWanted(name) ? [JSON.parse(text.slice(start, end)) as ProbeSpec] : [],
  );
}

export async function shippedGoals(): Promise<Goal[]> {
  return (await import('../../generated/goals.json', { with: { type: 'json' } }))
    .default as unknown as Goal[];
}

export async function shippedSpecs(): Promise<SpecBook> {
  const [{ default: index }, { default: text }] = await Promise.all([
    import('../../generated/specs.json', { with: { type: 'json' } }),
    // Built, it stays a file that is read in parts.
    import('../../generated/spec-texts.json', { with: { type: 'json' } }),
  ]);
  return openSpecs(index as unknown as SpecIndex, text);
}

export async function shippedFragments(): Promise<Record<string, string>> {
  return (await import('../../generated/prompts.json', { with: { type: 'json' } })).default;
}

export async function shippedTools(): Promise<ToolSpec[]> {
  return (await import('../../generated/tools.json', { with: { type: 'json' } }))
    .default as unknown as ToolSpec[];
}
