import { folderStamp, listNotes, openTextIndex, readNote } from '../../host/index.ts';
import { createNoteBook, type NoteBook } from '../../knowledge/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { World } from '../world.ts';
import { noteFolders } from './note-places.ts';

const INDEX = 'knowledge.db';

export interface OpenedNotes {
  book: NoteBook;
  /** Files that are no notes, with what is wrong. */
  problems: string[];
}

/** The index is brought up to the files. To be closed. */
export async function openNotes(world: World): Promise<OpenedNotes> {
  const { store } = world;
  const index = await openTextIndex(store.kind === 'disk' ? store.pathOf(INDEX) : undefined);
  const book = createNoteBook({
    index,
    folders: noteFolders(world),
    list: listNotes,
    read: readNote,
    folderStamp,
    now: world.clock.now,
  });
  try {
    return { book, problems: await book.refresh() };
  } catch (error) {
    book.close();
    if (error instanceof OpsError) throw error;
    throw new OpsError(
      'knowledge-index',
      'state-full',
      `the index of the notes cannot be written: ${messageOf(error)}`,
      {
        hint: `it holds nothing of its own: ${store.pathOf(INDEX)} may be removed`,
        cause: error,
      },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
