import type { Note } from '../protocol/knowledge.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What nobody has looked at for so long may not hold any more; what was doubtful from the start, sooner. */
const STALE_MS = { high: 365 * DAY_MS, medium: 180 * DAY_MS, low: 60 * DAY_MS };

export interface StaleNote {
  note: Note;
  why: string;
}

/** `known`: does such a thing exist, as far as the state goes; null: nothing is known of what exists. */
export function staleNotes(
  notes: readonly Note[],
  now: number,
  known: ((name: string) => boolean) | null,
): StaleNote[] {
  return notes.flatMap((note) => {
    const gone = known === null ? [] : note.appliesTo.filter((name) => !known(name));
    if (note.appliesTo.length > 0 && gone.length === note.appliesTo.length) {
      return [{ note, why: `nothing of what it is about is known any more: ${gone.join(', ')}` }];
    }
    if (note.date === null) return [{ note, why: 'it does not say when it was learned' }];
    const days = Math.floor((now - note.date) / DAY_MS);
    return now - note.date > STALE_MS[note.confidence]
      ? [{ note, why: `it is ${days} days old, with confidence ${note.confidence}` }]
      : [];
  });
}

/** `264 days ago`; of a note without a date nobody knows. */
export function ageOf({ date }: Pick<Note, 'date'>, now: number): string {
  if (date === null) return 'of unknown age';
  const days = Math.floor((now - date) / DAY_MS);
  return days <= 0 ? 'of today' : days === 1 ? 'of yesterday' : `${days} days old`;
}
