import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { IndexedNote, TextIndex } from '../protocol/knowledge.ts';

/** Grows with the tables; another one is thrown away and made anew. */
const VERSION = 3;

/**
 * FTS5 of node:sqlite in one file, or in memory without a path. Whatever is wrong with the file, it is made anew: it holds
 * nothing that is not elsewhere.
 */
export async function openTextIndex(path: string | undefined): Promise<TextIndex> {
  const { DatabaseSync } = await import('node:sqlite');
  const place = path ?? ':memory:';
  let database: DatabaseSync;
  try {
    database = prepare(new DatabaseSync(place));
  } catch (error) {
    if (path === undefined) throw error;
    const { rmSync } = await import('node:fs');
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
    database = prepare(new DatabaseSync(place));
  }
  return bind(database);
}

function prepare(database: DatabaseSync): DatabaseSync {
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version !== VERSION) {
    database.exec(`
      DROP TABLE IF EXISTS words; DROP TABLE IF EXISTS notes; DROP TABLE IF EXISTS names; DROP TABLE IF EXISTS remarks;
      CREATE TABLE remarks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE notes (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, stamp TEXT NOT NULL, data TEXT NOT NULL);
      CREATE TABLE names (name TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (name, id)) WITHOUT ROWID;
      CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'porter unicode61 remove_diacritics 2', detail = none);
      PRAGMA user_version = ${VERSION};`);
  }
  return database;
}

function bind(database: DatabaseSync): TextIndex {
  const run = (sql: string, ...values: SQLInputValue[]): void => void database.prepare(sql).run(...values);
  const dataOf = (sql: string, ...values: SQLInputValue[]): string[] =>
    database
      .prepare(sql)
      .all(...values)
      .map((row) => String(row.data));
  const whole = (work: () => void): void => {
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };
  const drop = (key: string): void => {
    const found = database.prepare('SELECT id FROM notes WHERE key = ?').get(key) as
      | { id: number }
      | undefined;
    if (found === undefined) return;
    run('DELETE FROM words WHERE rowid = ?', found.id);
    run('DELETE FROM names WHERE id = ?', found.id);
    run('DELETE FROM notes WHERE id = ?', found.id);
  };
  return {
    stamps: () =>
      new Map(
        database
          .prepare('SELECT key, stamp FROM notes')
          .all()
          .map((row) => [String(row.key), String(row.stamp)]),
      ),
    put(notes: readonly IndexedNote[]) {
      if (notes.length === 0) return;
      const note = database.prepare('INSERT INTO notes (key, stamp, data) VALUES (?, ?, ?)');
      const words = database.prepare('INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)');
      const name = database.prepare('INSERT OR IGNORE INTO names (name, id) VALUES (?, ?)');
      whole(() => {
        for (const { key, stamp, title, body, names, data } of notes) {
          drop(key);
          const { lastInsertRowid } = note.run(key, stamp, data);
          words.run(lastInsertRowid, title, body);
          for (const each of names) name.run(each, lastInsertRowid);
        }
      });
    },
    remove(keys) {
      if (keys.length > 0) whole(() => keys.forEach(drop));
    },
    match: (words, limit) =>
      words.length === 0
        ? []
        : dataOf(
            // bm25 would count every note that holds a common word; the newest are found without looking at the others.
            'SELECT notes.data FROM words JOIN notes ON notes.id = words.rowid WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?',
            // Each a string of its own, so that nothing in it is an operator; side by side means AND.
            words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' '),
            limit,
          ),
    about: (names, limit) =>
      names.length === 0
        ? []
        : dataOf(
            `SELECT DISTINCT notes.data, notes.id FROM names JOIN notes ON notes.id = names.id WHERE names.name IN (${names.map(() => '?').join(', ')}) ORDER BY notes.id DESC LIMIT ?`,
            ...names,
            limit,
          ),
    settle: () => run("INSERT INTO words (words) VALUES ('optimize')"),
    all: (limit) => dataOf('SELECT data FROM notes ORDER BY key LIMIT ?', limit),
    remark: (name) => {
      const row = database.prepare('SELECT value FROM remarks WHERE name = ?').get(name);
      return row === undefined ? undefined : String(row.value);
    },
    setRemark: (name, value) =>
      run('INSERT OR REPLACE INTO remarks (name, value) VALUES (?, ?)', name, value),
    close: () => database.close(),
  };
}
