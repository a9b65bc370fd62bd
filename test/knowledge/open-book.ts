import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderStamp, listNotes, openTextIndex, readNote } from '../../src/host/index.ts';
import { createNoteBook, type NoteBook } from '../../src/knowledge/index.ts';

/** The notes in `knowledge` below `root`, with their index beside that folder. To be closed. */
export async function openBook(
  root: string,
  indexName = 'knowledge.db',
): Promise<{ folder: string; book: NoteBook }> {
  const folder = join(root, 'knowledge');
  mkdirSync(folder, { recursive: true });
  const book = createNoteBook({
    index: await openTextIndex(join(root, indexName)),
    folders: [{ folder, scope: 'user' }],
    list: listNotes,
    read: readNote,
    folderStamp,
    now: () => Date.now(),
  });
  return { folder, book };
}
