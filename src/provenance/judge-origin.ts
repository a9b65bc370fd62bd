import { nearestFew } from '../lib/nearest.ts';
import type { Listing, NamedThing } from '../protocol/named-thing.ts';
import type { Judgement } from '../protocol/verdict.ts';
import type { Origins } from './origins.ts';
import { type SpottedThing, spotThings } from './spot-things.ts';

/** What the machine itself can say about a name, asked only when it matters. */
export interface Lookups {
  /** Is there such a file, or a folder in which it would be made? */
  pathExists(path: string): Promise<'there' | 'parent' | 'no'>;
  /** All units that the manager knows; null where there is no manager to ask. */
  units(): Promise<ReadonlySet<string> | null>;
  /** All names that a listing command says; null where it cannot be asked. */
  listed(listing: Listing): Promise<ReadonlySet<string> | null>;
}

/** A question that says more than this is not read. */
const MOST_DOUBTS = 5;

/**
 * The second opinion on what policy allows. An observing command on something that nobody has seen runs, and is marked.
 * Above observe, a word that only a free text says, or that nobody has seen at all, makes it a question, and the
 * question says where the word came from; what is a question anyway says so too.
 */
export async function judgeOrigin(
  judgement: Judgement,
  origins: Origins,
  lookups: Lookups,
): Promise<Judgement> {
  const { verdict, effect, reason } = judgement;
  if (verdict === 'deny' || (verdict === 'ask' && effect === 'observe')) return judgement;
  const doubts = await doubtsOf(judgement, origins, lookups);
  if (doubts.length === 0) return judgement;
  if (effect === 'observe') return { ...judgement, notes: doubts };
  const heard = heardWords(judgement, doubts, origins);
  const strange = { ...judgement, isStrange: true, origins: heard };
  if (verdict === 'ask') return { ...strange, reason: [reason, ...doubts].join('; ') };
  return { ...strange, verdict: 'ask', rule: 'origin', reason: doubts.join('; ') };
}

/** The doubtful words that some text says, for a screen to point at. */
function heardWords(
  judgement: Judgement,
  doubts: readonly string[],
  origins: Origins,
): { word: string; source: string }[] {
  const named = [...(judgement.things ?? []), ...spottedIn(judgement)].map(({ word }) => word);
  return [...new Set(named)]
    .filter((word) => doubts.some((doubt) => doubt.includes(word)))
    .flatMap((word) => origins.heardFrom(word).map((source) => ({ word, source })));
}

async function doubtsOf(judgement: Judgement, origins: Origins, lookups: Lookups): Promise<string[]> {
  const { things = [], effect } = judgement;
  const doubts = new Set<string>();
  for (const same of byWord(things).values()) {
    const doubt = await doubtThing(same, effect === 'observe', origins, lookups);
    if (doubt !== null) doubts.add(doubt);
  }
  const told = new Set([...things.map(({ word }) => word), ...(judgement.verbs ?? [])]);
  for (const spotted of spottedIn(judgement).filter(({ word }) => !told.has(word))) {
    const doubt = await doubtSpotted(spotted, judgement, origins, lookups);
    if (doubt !== null) doubts.add(doubt);
  }
  const all = [...doubts];
  const more = all.length - MOST_DOUBTS;
  return more > 0 ? [...all.slice(0, MOST_DOUBTS), `and ${more} more`] : all;
}

/** Several listings may speak of the same thing: it is there when one of them says so. */
function byWord(things: readonly NamedThing[]): Map<string, NamedThing[]> {
  const found = new Map<string, NamedThing[]>();
  for (const thing of things) {
    const key = `${thing.kind} ${thing.word}`;
    found.set(key, [...(found.get(key) ?? []), thing]);
  }
  return found;
}

/** Kinds of which no listing is whole: there are more hosts than this one has met. */
const OPEN_KINDS = new Set(['host', 'address', 'port']);

async function doubtThing(
  same: readonly NamedThing[],
  isObserving: boolean,
  origins: Origins,
  { listed }: Lookups,
): Promise<string | null> {
  const [thing] = same;
  if (thing === undefined || origins.isInventory(thing.name)) return null;
  const { kind, name, word } = thing;
  const known = new Set<string>();
  let isTold = false;
  for (const { listing } of same) {
    const names = await listed(listing);
    if (names === null) continue;
    if (names.has(name) || (listing.isPrefix && [...names].some((other) => other.startsWith(name))))
      return null;
    isTold = true;
    for (const other of names) known.add(other);
  }
  const isOwn = origins.isOwn(name) || origins.isOwn(word);
  // Whoever misspelt a container may be the operator; of a host, nobody knows all.
  if (isOwn && (!isTold || OPEN_KINDS.has(kind))) return null;
  if (isObserving && !isTold) return null;
  const isMissing = isTold && !OPEN_KINDS.has(kind);
  const what = isMissing ? `no ${kind} \`${name}\`` : `nobody has observed the ${kind} \`${name}\``;
  return what + nearby(name, known) + (isOwn ? '' : hearsay(word, origins));
}

function nearby(name: string, known: Iterable<string>): string {
  const near = nearestFew(name, [...known], 3);
  return near.length === 0 ? '' : `; observed: ${near.map((other) => `\`${other}\``).join(', ')}`;
}

function hearsay(word: string, origins: Origins): string {
  const sources = origins.heardFrom(word);
  return sources.length === 0
    ? ''
    : `; it comes only from ${sources.slice(0, 3).join(', ')}, which others write`;
}

function spottedIn({ action, commands = [], writes = [] }: Judgement): SpottedThing[] {
  if (action.kind === 'write' || action.kind === 'remove') {
    return [{ kind: 'path', word: action.path, name: action.path }];
  }
  return [
    ...commands.flatMap(spotThings),
    ...writes.map((word) => ({ kind: 'path' as const, word, name: word })),
  ];
}

/** Why a word that nothing declares is not to be relied on; null when it is. */
async function doubtSpotted(
  thing: SpottedThing,
  { effect }: Judgement,
  origins: Origins,
  lookups: Lookups,
): Promise<string | null> {
  if (origins.isInventory(thing.name) || origins.isInventory(thing.word)) return null;
  if (thing.kind === 'unit') return doubtUnit(thing, effect === 'observe', origins, lookups);
  if (origins.isOwn(thing.name) || origins.isOwn(thing.word)) return null;
  // Of what only looks, the answer itself says whether a path or a name was right.
  if (effect === 'observe') return null;
  const exists = thing.kind === 'path' ? await lookups.pathExists(thing.name) : 'no';
  if (exists === 'there') return null;
  const sources = origins.heardFrom(thing.word);
  if (sources.length > 0)
    return `"${thing.word}" comes only from ${sources.slice(0, 3).join(', ')}, which others write`;
  if (exists === 'parent' || thing.kind === 'name') return null;
  return `nobody has observed the ${thing.kind} "${thing.word}"${nearby(thing.name, origins.observedNames())}`;
}

async function doubtUnit(
  thing: SpottedThing,
  isObserving: boolean,
  origins: Origins,
  lookups: Lookups,
): Promise<string | null> {
  // A pattern is not a name.
  if (/[*?[]/.test(thing.name)) return null;
  const units = await lookups.units();
  if (units === null) {
    const isOwn = origins.isOwn(thing.name) || origins.isOwn(thing.word);
    const sources = isOwn || isObserving ? [] : origins.heardFrom(thing.word);
    return sources.length === 0
      ? null
      : `"${thing.word}" comes only from ${sources.slice(0, 3).join(', ')}, which others write`;
  }
  if (units.has(thing.name) || isTemplateOf(thing.name, units)) return null;
  return `no unit \`${thing.name}\`${nearby(thing.name, units)}`;
}

function isTemplateOf(name: string, units: ReadonlySet<string>): boolean {
  const at = name.indexOf('@');
  return at !== -1 && units.has(`${name.slice(0, at + 1)}${name.slice(name.lastIndexOf('.'))}`);
}
