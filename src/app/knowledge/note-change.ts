import { noteFileName, printNote } from '../../knowledge/index.ts';
import type { ProposedNote } from '../../protocol/knowledge.ts';
import type { World } from '../world.ts';
import { userNotes } from './note-places.ts';

/** A change, as it is written, that makes the note a file. */
export function noteChange(world: World, note: ProposedNote, run: string): { change: object; path: string } {
  const date = world.clock.now();
  const path = `${userNotes(world)}/${noteFileName(note.title, date)}`;
  const { title, text, appliesTo, confidence } = note;
  const whole = printNote({ title, body: text, appliesTo, confidence, learnedFrom: run.slice(0, 8), date });
  return {
    path,
    change: {
      title: `Keep a note: ${title}`,
      why: 'A run learned it; it is told to later runs that touch what it is about.',
      apply: [{ write: { file: path, text: world.masker.mask(whole) } }],
      verify: [{ run: `test -s ${path}`, expect: 'exit 0' }],
    },
  };
}
