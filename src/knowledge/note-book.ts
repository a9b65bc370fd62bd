import { OpsError } from '../lib/ops-error.ts';
import type { IndexedNote, Note, NoteScope, TextIndex } from '../protocol/knowledge.ts';
import { parseNote } from './parse-note.ts';

export interface NoteFolder {
  folder: string;
  scope: NoteScope;
}

/** Where notes are kept, as the host gives it. */
export interface NotePorts {
  index: TextIndex;
  folders: readonly NoteFolder[];
  list(folder: string): { path: string; stamp: string; changedAt: number }[];
  folderStamp(folder: string): string;
  /** Milliseconds since the epoch. */
  now(): number;
  read(path: string): string | undefined;
}

export interface NoteBook {
  /** Brings the index up to the files; gives those that are no notes, with what is wrong. */
  refresh(): Promise<string[]>;
  /** Notes that hold every word. */
  search(words: string, limit: number): Note[];
  /** Notes about one of the names: `nginx` and `nginx.service` are the same. */
  about(names: readonly string[], limit: number): Note[];
  all(limit: number): Note[];
  close(): void;
}

/** Files that are written into the index at once. */
const BATCH = 500;

/** Below this, to look at each file takes no time. */
const MANY = 2_000;
/** Of many, one that was written in its place is seen within this time; what came or went, at once. */
const FRESH_MS = 60_000;
const CHECKED = 'checked';
/** Out of so many of the newest the best are picked. */
const MOST_RANKED = 200;

export function createNoteBook({ index, folders, list, read, folderStamp, now }: NotePorts): NoteBook {
  const stampOfAll = (): string => folders.map(({ folder }) => `${folder} ${folderStamp(folder)}`).join('\n');
  const isFresh = (): boolean => {
    const [count = '0', at = '0', problems = '0', ...stamps] = (index.remark(CHECKED) ?? '').split('\n');
    const age = now() - Number(at);
    return (
      Number(count) >= MANY &&
      problems === '0' &&
      age >= 0 &&
      age < FRESH_MS &&
      stamps.join('\n') === stampOfAll()
    );
  };
  return {
    async refresh() {
      if (isFresh()) return [];
      // Before the files are read: what changes meanwhile is seen the next time.
      const stamps = stampOfAll();
      const known = index.stamps();
      const files = folders
        .flatMap(({ folder, scope }) => list(folder).map((file) => ({ ...file, scope })))
        .sort((a, b) => a.changedAt - b.changedAt);
      const there = new Set(files.map(({ path }) => path));
      index.remove([...known.keys()].filter((path) => !there.has(path)));
      const problems: string[] = [];
      let batch: IndexedNote[] = [];
      for (const { path, stamp, scope } of files) {
        if (known.get(path) === stamp) continue;
        const note = await parse(path, scope, read(path), problems);
        if (note === null) index.remove([path]);
        else batch.push(toIndexed(note, stamp));
        if (batch.length >= BATCH) {
          index.put(batch);
          batch = [];
        }
      }
      index.put(batch);
      if (known.size + MANY / 2 < files.length) index.settle();
      index.setRemark(CHECKED, [files.length, now(), problems.length, stamps].join('\n'));
      return problems;
    },
    search(words, limit) {
      const wanted = wordsOf(words);
      const found = index.match(wanted, Math.max(limit, MOST_RANKED)).map(fromData);
      const rank = new Map(found.map((note) => [note, inTitle(note, wanted)]));
      return found.sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0)).slice(0, limit);
    },
    about: (names, limit) => index.about([...new Set(names.flatMap(spellings))], limit).map(fromData),
    all: (limit) => index.all(limit).map(fromData),
    close: index.close,
  };
}

/** How many of the words its title holds: a note is mostly about that. */
function inTitle({ title }: Note, words: readonly string[]): number {
  const text = title.toLowerCase();
  return words.filter((word) => text.includes(word.toLowerCase())).length;
}

/** One that is wrong is told of and left out: the others are no worse for it. */
async function parse(
  path: string,
  scope: NoteScope,
  text: string | undefined,
  problems: string[],
): Promise<Note | null> {
  if (text === undefined) return null;
  try {
    return await parseNote(path, scope, text);
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    problems.push(error.message);
    return null;
  }
}

function toIndexed(note: Note, stamp: string): IndexedNote {
  return {
    key: note.path,
    stamp,
    title: note.title,
    body: `${note.body}\n${note.appliesTo.join(' ')}`,
    names: note.appliesTo.flatMap(spellings),
    data: JSON.stringify(note),
  };
}

function fromData(data: string): Note {
  return JSON.parse(data) as Note;
}

function spellings(name: string): string[] {
  const lower = name.toLowerCase();
  const bare = lower.replace(/\.service$/, '');
  return bare === lower ? [lower] : [lower, bare];
}

/** As a full-text index splits them; what holds no letter and no digit is no word. */
function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
