import type { ToolPorts } from '../../tools/index.ts';
import { createModelChanges } from '../change/model-change.ts';
import type { RunScope } from '../run/open-run.ts';
import { hasNotes } from './note-places.ts';
import { NOTE_SOURCE } from './propose-note.ts';

const MOST_FOUND = 8;
const MOST_CHARACTERS = 1_500;

/** What the Knowledge tool of a run does; undefined where nobody keeps notes. */
export function runKnowledge(scope: RunScope): ToolPorts['knowledge'] {
  const { world } = scope;
  if (!hasNotes(world)) return undefined;
  const propose = createModelChanges(scope, {
    source: NOTE_SOURCE,
    forPerson: 'a note is kept only when a person says yes',
  });
  return {
    async search(words) {
      const [{ openNotes }, { noteWords }] = await Promise.all([
        import('./open-notes.ts'),
        import('./note-words.ts'),
      ]);
      const { book } = await openNotes(world);
      try {
        const found = book.search(words, MOST_FOUND);
        if (found.length === 0) return `No note holds all of "${words}".`;
        return found.map((note) => noteWords(note, world.clock.now(), MOST_CHARACTERS)).join('\n\n');
      } finally {
        book.close();
      }
    },
    async propose(note, callId, signal) {
      const { noteChange } = await import('./note-change.ts');
      return propose(noteChange(world, note, scope.run).change, callId, signal);
    },
  };
}
