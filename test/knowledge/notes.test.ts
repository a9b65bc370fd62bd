import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ageOf, noteFileName, parseNote, printNote, staleNotes } from '../../src/knowledge/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import type { Note } from '../../src/protocol/knowledge.ts';
import { openBook } from './open-book.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('a note', () => {
  it('has what its front matter says, and the first line is its title', async () => {
    const note = await parseNote(
      'a.md',
      'user',
      '---\napplies_to: [redis.service, db1]\nlearned_from: 3f2a91c0\ndate: 2026-03-02\nconfidence: high\n---\n# Restart redis first\n\nElse the queue is lost.\n',
    );
    expect(note).toEqual({
      path: 'a.md',
      scope: 'user',
      title: 'Restart redis first',
      body: 'Else the queue is lost.',
      appliesTo: ['redis.service', 'db1'],
      learnedFrom: '3f2a91c0',
      date: Date.parse('2026-03-02'),
      confidence: 'high',
    });
    expect(await parseNote('b.md', 'project', 'no front matter')).toMatchObject({
      title: 'no front matter',
      appliesTo: [],
      date: null,
    });
    expect(await parseNote('c.md', 'user', '---\napplies_to: "my nas"\n---\nx')).toMatchObject({
      appliesTo: ['my nas'],
    });
  });

  it.each([
    ['---\ndate: soon\n---\nx', 'a.md:2: date: is not a date such as 2026-11-21'],
    [
      '---\nconfidence: medium\napplys_to: [a]\n---\nx',
      'a.md:3: applys_to: there is no such field (Did you mean "applies_to"?)',
    ],
    [
      '---\nconfidence: sure\n---\nx',
      'a.md:2: confidence: Invalid option: expected one of "low"|"medium"|"high"',
    ],
  ])('%j is an error with file and line', async (text, expected) => {
    const error = await parseNote('a.md', 'user', text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpsError);
    const { message, hint } = error as OpsError;
    expect(`${message}${hint === null ? '' : ` (${hint})`}`).toBe(expected);
  });

  it('is read as it was printed', async () => {
    const line = fc
      .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
      .map((text) => text.replace(/[\s\u0085\u2028\u2029]+/g, ' ').trim())
      .filter((text) => text !== '' && !text.startsWith('#'));
    const name = fc.oneof(fc.stringMatching(/^[a-z][\w.@-]{0,10}$/), line);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          title: line,
          body: line,
          appliesTo: fc.array(name, { maxLength: 3 }),
          confidence: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
          learnedFrom: fc.constantFrom(null, '3f2a91c0', '01234567', '12345e78', '1234e567'),
        }),
        async (given) => {
          const whole = { ...given, date: Date.parse('2026-01-02') };
          const { path: _path, scope: _scope, ...read } = await parseNote('a.md', 'user', printNote(whole));
          expect(read).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gets a file name that says when and what', () => {
    expect(noteFileName('Restart Redis first — else the queue is lost!', NOW)).toBe(
      '2026-11-21-restart-redis-first-else-the-queue-is-lost.md',
    );
    const long = (end: string) =>
      noteFileName(`nuc1: without a reboot a switch has no effect on kernel ${end}`, NOW);
    expect(long('or initrd')).toMatch(
      /^2026-11-21-nuc1-without-a-reboot-a-switch-has-no-effect-on-ker\w*-[0-9a-f]{6}\.md$/,
    );
    expect(long('or initrd')).not.toBe(long('or mount options'));
    expect(noteFileName('???', NOW)).toBe('2026-11-21-note.md');
    expect(noteFileName('../../etc/passwd', NOW)).toBe('2026-11-21-etc-passwd.md');
  });
});

describe('the book of notes', () => {
  async function opened() {
    const root = mkdtempSync(join(tmpdir(), 'steward-notes-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const { folder, book } = await openBook(root);
    onTestFinished(book.close);
    const write = (name: string, text: string, seconds = 1): void => {
      writeFileSync(join(folder, name), text);
      utimesSync(join(folder, name), seconds, seconds);
    };
    return { root, folder, book, write };
  }
  const titles = (notes: readonly Note[]): string[] => notes.map(({ title }) => title).sort();

  it('finds notes that hold every word, in any form and order, and those about a name', async () => {
    const { book, write } = await opened();
    write(
      'a.md',
      '---\napplies_to: [redis.service]\n---\n# Redis loses its queue\nRestarting redis before the workers drains nothing.',
    );
    write(
      'b.md',
      '---\napplies_to: [nas]\n---\n# Backups of the NAS\nThe restart of the workers is harmless.',
    );
    expect(await book.refresh()).toEqual([]);
    expect(titles(book.search('workers restart', 10))).toEqual([
      'Backups of the NAS',
      'Redis loses its queue',
    ]);
    expect(titles(book.search('queue redis workers', 10))).toEqual(['Redis loses its queue']);
    expect(book.search('redis backups', 10)).toEqual([]);
    expect(book.search('" OR * NEAR( -', 10)).toEqual([]);
    expect(titles(book.about(['redis'], 10))).toEqual(['Redis loses its queue']);
    expect(titles(book.about(['REDIS.service', 'nas'], 10))).toEqual([
      'Backups of the NAS',
      'Redis loses its queue',
    ]);
  });

  it('follows the files: what is new, changed and gone', async () => {
    const { folder, book, write } = await opened();
    write('a.md', 'first words');
    await book.refresh();
    write('a.md', 'second words', 2);
    write('b.md', 'other words');
    await book.refresh();
    expect(book.search('first', 10)).toEqual([]);
    expect(titles(book.search('words', 10))).toEqual(['other words', 'second words']);
    rmSync(join(folder, 'b.md'));
    await book.refresh();
    expect(titles(book.all(10))).toEqual(['second words']);
  });

  it('leaves out a note that is wrong, says so, and keeps the others', async () => {
    const { folder, book, write } = await opened();
    write('a.md', 'good');
    write('b.md', '---\nconfidence: sure\n---\nbad');
    expect(await book.refresh()).toEqual([expect.stringContaining(`${folder}/b.md:2: confidence`)]);
    expect(titles(book.all(10))).toEqual(['good']);
  });

  it('is made anew from the files where its index is gone or is no index', async () => {
    const { root, book, write } = await opened();
    write('a.md', 'words');
    await book.refresh();
    writeFileSync(
      join(root, 'other.db'),
      'this is no database, and long enough to be taken for one'.repeat(100),
    );
    const { book: again } = await openBook(root, 'other.db');
    await again.refresh();
    expect(titles(again.search('words', 10))).toEqual(['words']);
    again.close();
  });

  it('takes two processes at once', async () => {
    const { root, book, write } = await opened();
    write('a.md', 'words');
    const { book: second } = await openBook(root);
    await Promise.all([book.refresh(), second.refresh()]);
    expect(titles(second.all(10))).toEqual(['words']);
    second.close();
  });
});

describe('notes that may not hold any more', () => {
  const note = (fields: Partial<Note>): Note => ({
    path: 'a.md',
    scope: 'user',
    title: 't',
    body: 'b',
    appliesTo: [],
    learnedFrom: null,
    date: NOW,
    confidence: 'medium',
    ...fields,
  });
  const whyOf = (fields: Partial<Note>, known: ((name: string) => boolean) | null = null) =>
    staleNotes([note(fields)], NOW, known).map(({ why }) => why);
  const daysAgo = (days: number): number => NOW - days * 86_400_000;

  it('are old for how sure somebody was, or about things that are gone', () => {
    expect(whyOf({ date: daysAgo(100) })).toEqual([]);
    expect(whyOf({ date: daysAgo(100), confidence: 'low' })).toEqual([
      'it is 100 days old, with confidence low',
    ]);
    expect(whyOf({ date: daysAgo(200) })).toEqual(['it is 200 days old, with confidence medium']);
    expect(whyOf({ date: null })).toEqual(['it does not say when it was learned']);
    expect(whyOf({ appliesTo: ['old-nas'] }, () => false)).toEqual([
      'nothing of what it is about is known any more: old-nas',
    ]);
    expect(whyOf({ appliesTo: ['old-nas', 'nas'] }, (name) => name === 'nas')).toEqual([]);
  });

  it('say their age in days', () => {
    expect([
      ageOf({ date: daysAgo(264) }, NOW),
      ageOf({ date: NOW }, NOW),
      ageOf({ date: null }, NOW),
    ]).toEqual(['264 days old', 'of today', 'of unknown age']);
  });
});
