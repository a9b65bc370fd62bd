import type { Background } from '../../prompt/index.ts';
import { isForModel } from '../../protocol/finding.ts';
import { hasNotes } from '../knowledge/note-places.ts';
import type { Gathered } from '../looking/gather.ts';
import type { RunScope } from '../run/open-run.ts';
import type { World } from '../world.ts';
import { hasState } from './observed-names.ts';

const MOST_ROWS = 25;
const MOST_NOTES = 5;
const NOTE_CHARACTERS = 700;

/** What is on record about what this run is about: rows of the state, and notes. */
export async function gatherBackground(
  scope: RunScope,
  { findings }: Pick<Gathered, 'findings'>,
): Promise<Background[]> {
  const { world, request, goal } = scope;
  const [isKnown, areNotes] = [hasState(world), hasNotes(world)];
  if (!isKnown && !areNotes) return [];
  const names = namesIn([
    ...findings.filter(isForModel).flatMap(({ object, rule }) => [object, rule]),
    request.prompt ?? '',
    ...Object.values(goal?.parameters ?? {}).map(String),
  ]);
  return [
    ...(isKnown ? await touchedRows(world, names) : []),
    ...(areNotes ? await touchedNotes(world, names) : []),
  ];
}

/** Words that could be names: as they stand, and what is between slashes, at-signs and colons. */
function namesIn(texts: readonly string[]): Set<string> {
  const words = texts
    .flatMap((text) => text.split(/[\s,;()"'`]+/))
    .map((word) => word.replace(/[.:!?]+$/, ''));
  const parts = words.flatMap((word) => [word, ...word.split(/[/@:]+/)]);
  return new Set(parts.filter((word) => word.length >= 2));
}

async function touchedRows(world: World, names: ReadonlySet<string>): Promise<Background[]> {
  const [{ touchedItems }, { readKnown }, { rowText }] = await Promise.all([
    import('../../state/index.ts'),
    import('./known-state.ts'),
    import('./answer-question.ts'),
  ]);
  const { state, problem } = await readKnown(world);
  if (state === null) return [];
  const rows = touchedItems(state, names).slice(0, MOST_ROWS);
  if (rows.length === 0) return [];
  const now = world.clock.now();
  const lines = rows.map((row) => rowText(row, now));
  return [
    {
      title: 'What the state says of what this is about (the State tool has the rest)',
      label: 'state',
      lines: problem === null ? lines : [problem, ...lines],
    },
  ];
}

async function touchedNotes(world: World, names: ReadonlySet<string>): Promise<Background[]> {
  const [{ openNotes }, { noteWords }] = await Promise.all([
    import('../knowledge/open-notes.ts'),
    import('../knowledge/note-words.ts'),
  ]);
  const { book } = await openNotes(world);
  try {
    const now = world.clock.now();
    const notes = book.about([...names], MOST_NOTES);
    if (notes.length === 0) return [];
    return [
      {
        title: 'Notes that people kept about it; they may be out of date',
        label: 'knowledge',
        lines: notes.map((note) => noteWords(note, now, NOTE_CHARACTERS)),
      },
    ];
  } finally {
    book.close();
  }
}
