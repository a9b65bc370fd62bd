import { ageOf } from '../../knowledge/index.ts';
import type { Note } from '../../protocol/knowledge.ts';

/** One note as a model reads it: what it says, how old it is, and how sure somebody was. */
export function noteWords(note: Note, now: number, limit: number): string {
  const about = note.appliesTo.length === 0 ? '' : `; about ${note.appliesTo.join(', ')}`;
  const from = note.learnedFrom === null ? '' : `; learned from run ${note.learnedFrom}`;
  const body =
    note.body.length <= limit ? note.body : `${note.body.slice(0, limit)} […the rest is in ${note.path}]`;
  return `${note.title} (${ageOf(note, now)}, confidence ${note.confidence}${about}${from}; ${note.scope} note ${note.path})\n${body}`;
}
