import { nearest } from '../lib/nearest.ts';
import type { Judgement } from '../protocol/verdict.ts';
import { type NamedThing, namedThings } from './named-things.ts';
import type { Origins } from './origins.ts';

/** What the machine itself can say about a name, asked only when it matters. */
export interface Lookups {
  /** Is there such a file, or a folder in which it would be made? */
  pathExists(path: string): Promise<'there' | 'parent' | 'no'>;
  /** All units that the manager knows; null where there is no manager to ask. */
  units(): Promise<ReadonlySet<string> | null>;
}

/**
 * The second opinion on what policy allows. An observing command on something that nobody has seen runs, and is marked.
 * Above observe, a word that only a free text says, or that nobody has seen at all, makes it a question, and the
 * question says where the word came from.
 */
export async function judgeOrigin(
  judgement: Judgement,
  origins: Origins,
  lookups: Lookups,
): Promise<Judgement> {
  if (judgement.verdict !== 'allow') return judgement;
  const strangers: string[] = [];
  for (const thing of thingsOf(judgement)) {
    const trouble = await doubt(thing, judgement, origins, lookups);
    if (trouble !== null) strangers.push(trouble);
  }
  if (strangers.length === 0) return judgement;
  if (judgement.effect === 'observe') return { ...judgement, notes: strangers };
  return { ...judgement, verdict: 'ask', rule: 'origin', reason: strangers.join('; ') };
}

function thingsOf({ action, commands = [] }: Judgement): NamedThing[] {
  if (action.kind === 'write' || action.kind === 'remove') {
    return [{ kind: 'path', word: action.path, name: action.path }];
  }
  return commands.flatMap(namedThings);
}

/** Why a name is not to be relied on; null when it is. */
async function doubt(
  thing: NamedThing,
  { effect }: Judgement,
  origins: Origins,
  lookups: Lookups,
): Promise<string | null> {
  if (origins.isObserved(thing.name) || origins.isObserved(thing.word)) return null;
  if (thing.kind === 'unit') return doubtUnit(thing, lookups);
  const exists = thing.kind === 'path' ? await lookups.pathExists(thing.name) : 'no';
  if (exists === 'there') return null;
  // Of what only looks, the answer itself says whether a path or a name was right.
  if (effect === 'observe') return null;
  const sources = origins.heardFrom(thing.word);
  if (sources.length > 0)
    return `"${thing.word}" comes only from ${sources.slice(0, 3).join(', ')}, which others write`;
  if (exists === 'parent' || thing.kind === 'name') return null;
  const guess = nearest(thing.name, [...origins.observedNames()]);
  const hint = guess === undefined ? '' : `; observed: ${guess}`;
  return `nobody has observed the ${thing.kind} "${thing.word}"${hint}`;
}

async function doubtUnit(thing: NamedThing, lookups: Lookups): Promise<string | null> {
  const units = await lookups.units();
  if (units === null || units.has(thing.name) || isTemplateOf(thing.name, units)) return null;
  // A pattern is not a name.
  if (/[*?[]/.test(thing.name)) return null;
  const guess = nearest(thing.name, [...units]);
  const hint = guess === undefined ? '' : `; observed: \`${guess}\``;
  return `no unit \`${thing.name}\`${hint}`;
}

function isTemplateOf(name: string, units: ReadonlySet<string>): boolean {
  const at = name.indexOf('@');
  return at !== -1 && units.has(`${name.slice(0, at + 1)}${name.slice(name.lastIndexOf('.'))}`);
}
