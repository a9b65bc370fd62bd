import { createApprovals } from '../../approvals/index.ts';
import { readWrittenChange } from '../../changes/index.ts';
import type { ProposedNote } from '../../protocol/knowledge.ts';
import { park } from '../change/park.ts';
import type { Approved } from '../change/perform-change.ts';
import { performChange } from '../change/perform-change.ts';
import type { World } from '../world.ts';
import { listNotes } from './desk.ts';
import { noteChange } from './note-change.ts';
import { NOTE_SOURCE } from './propose-note.ts';

/** As a run of its own that waits; gives words for whoever reads the run that learned it. null: somebody knows it. */
export async function proposeLesson(
  { world, run, signal }: { world: World; run: string; signal: AbortSignal },
  note: ProposedNote,
): Promise<string | null> {
  const { change: written } = noteChange(world, note, run);
  const read = await readWrittenChange(written);
  if ('problems' in read) return `what was learned is no note: ${read.problems.join('; ')}`;
  const { change } = read;
  if (await isKnown(world, note.title, change.title)) return null;
  let waits: Extract<Approved, { kind: 'later' }> | null = null;
  await performChange(
    world,
    {
      run: crypto.randomUUID(),
      parent: run,
      change,
      source: NOTE_SOURCE,
      async approve(planned, own) {
        waits = await park(world, { run: own, planned, change, source: NOTE_SOURCE });
        return waits;
      },
    },
    { onEvent() {}, onDelta() {} },
    signal,
  );
  // Assigned in the callback, which the compiler does not follow.
  const parked = waits as Extract<Approved, { kind: 'later' }> | null;
  return parked === null
    ? `"${note.title}" was learned, and could not be proposed as a note`
    : `learned: ${note.title}. As a note ${parked.message}`;
}

const MOST_NOTES = 10_000;

async function isKnown(world: World, title: string, asked: string): Promise<boolean> {
  const { notes } = await listNotes(world, MOST_NOTES);
  if (notes.some((note) => note.title === title)) return true;
  const approvals = await createApprovals(world).list();
  const wanted = world.masker.mask(asked);
  return approvals.some((known) => known.title === wanted && !['expired', 'void'].includes(known.state));
}
