import { mkdirOwn, writeOwnFile } from '../../host/index.ts';
import { noteFileName, parseNote, printNote, type StaleNote, staleNotes } from '../../knowledge/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { Confidence, Note } from '../../protocol/knowledge.ts';
import { STATE_SECTIONS } from '../../protocol/state-file.ts';
import { readKnown } from '../state/known-state.ts';
import type { World } from '../world.ts';
import { userNotes } from './note-places.ts';
import { openNotes } from './open-notes.ts';

export { ageOf } from '../../knowledge/index.ts';
export { noteWords } from './note-words.ts';

export interface NewNote {
  /** With front matter of its own, or without. */
  text: string;
  /** The file it was read from, as it was named; null: stdin. */
  from: string | null;
  title: string | null;
  appliesTo: readonly string[];
  learnedFrom: string | null;
  confidence: Confidence;
  isSystem: boolean;
}

/** An operator's own note: what they say here goes over what the text says. Gives the path of its new file. */
export async function addNote(world: World, given: NewNote): Promise<string> {
  const said = await parseNote(given.from ?? 'the text on stdin', 'user', given.text);
  const title = given.title ?? said.title;
  if (title.trim() === '' || (said.body.trim() === '' && said.title.trim() === '')) {
    throw new OpsError('empty-note', 'input', 'there is nothing in it', {
      hint: 'a note has a first line and a text',
    });
  }
  const now = world.clock.now();
  const text = printNote({
    title,
    body: given.title === null ? said.body : given.text.startsWith('---') ? said.body : given.text,
    appliesTo: given.appliesTo.length > 0 ? [...given.appliesTo] : said.appliesTo,
    learnedFrom: given.learnedFrom ?? said.learnedFrom,
    date: said.date ?? now,
    confidence: given.confidence === 'medium' ? said.confidence : given.confidence,
  });
  const folder = given.isSystem ? '/etc/steward/knowledge' : userNotes(world);
  await mkdirOwn(folder);
  return writeOwnFile(`${folder}/${noteFileName(title, now)}`, world.cwd, text);
}

export async function readGiven(world: World, file: string): Promise<string> {
  const path = file.startsWith('/') ? file : `${world.cwd}/${file}`;
  const text = await world.operatorFiles.readText(path);
  if (text !== undefined) return text;
  throw new OpsError('no-file', 'input', `there is no file ${path}`);
}

async function withBook<T>(
  world: World,
  work: (book: Awaited<ReturnType<typeof openNotes>>['book']) => T,
): Promise<{ value: T; problems: string[] }> {
  const { book, problems } = await openNotes(world);
  try {
    return { value: work(book), problems };
  } finally {
    book.close();
  }
}

export async function searchNotes(
  world: World,
  words: string,
  limit: number,
): Promise<{ notes: Note[]; problems: string[] }> {
  const { value, problems } = await withBook(world, (book) => book.search(words, limit));
  return { notes: value, problems };
}

export async function listNotes(world: World, limit: number): Promise<{ notes: Note[]; problems: string[] }> {
  const { value, problems } = await withBook(world, (book) => book.all(limit));
  return { notes: value, problems };
}

/** By age and confidence, and by whether the state still knows what they are about. */
export async function findStale(
  world: World,
  limit: number,
): Promise<{ found: StaleNote[]; problems: string[] }> {
  const { notes, problems } = await listNotes(world, limit);
  const { state } = await readKnown(world);
  const names = new Set(
    STATE_SECTIONS.flatMap((section) => state?.[section] ?? []).flatMap(({ name, id, host }) =>
      [name, name.replace(/\.service$/, ''), id, host ?? ''].map((each) => each.toLowerCase()),
    ),
  );
  const known = (name: string): boolean =>
    names.has(name.toLowerCase()) || names.has(name.toLowerCase().replace(/\.service$/, ''));
  return { found: staleNotes(notes, world.clock.now(), state === null ? null : known), problems };
}
