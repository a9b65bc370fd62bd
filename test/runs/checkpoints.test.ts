import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/host/index.ts';
import { sha256 } from '../../src/lib/digest.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import { createCheckpoints, planUndo } from '../../src/runs/index.ts';

const blob = (text: string | null) => (text === null ? null : `runs/r1.files/${sha256(text)}`);

function wrote(path: string, before: string | null, after: string): { event: RunEvent } {
  return {
    event: { type: 'file.checkpointed', step: 'C1', path, before: blob(before), after: sha256(after) },
  };
}

function disk(files: Record<string, string>) {
  return async (path: string) => {
    const text = files[path];
    return text === undefined ? null : sha256(text);
  };
}

describe('checkpoints', () => {
  it('keep the old bytes under their digest, once', async () => {
    const store = createMemoryStore('test');
    let writes = 0;
    const counting = {
      ...store,
      write(name: string, data: string | Uint8Array) {
        writes += 1;
        return store.write(name, data);
      },
    };
    const { keep } = createCheckpoints({ store: counting, run: 'r1' });
    expect(await keep('/etc/a', Buffer.from('old'))).toBe(blob('old'));
    expect(await keep('/etc/b', Buffer.from('old'))).toBe(blob('old'));
    expect(await keep('/etc/new', null)).toBeNull();
    expect(writes).toBe(1);
    expect(await store.readText(blob('old') ?? '')).toBe('old');
  });
});

describe('planning an undo', () => {
  it('brings each file back to what it was before the first write, newest first', async () => {
    const lines = [
      wrote('/a', 'a0', 'a1'),
      wrote('/new', null, 'n1'),
      wrote('/a', 'a1', 'a2'),
      wrote('/b', 'b0', 'b1'),
    ];
    expect(await planUndo(lines, disk({ '/a': 'a2', '/b': 'b1', '/new': 'n1' }))).toEqual({
      steps: [
        { path: '/b', before: blob('b0'), expects: sha256('b1') },
        { path: '/a', before: blob('a0'), expects: sha256('a2') },
        { path: '/new', before: null, expects: sha256('n1') },
      ],
      refused: [],
      unchanged: [],
    });
  });

  it('leaves a file that somebody changed or removed since', async () => {
    const lines = [wrote('/a', 'a0', 'a1'), wrote('/b', 'b0', 'b1')];
    expect(await planUndo(lines, disk({ '/a': 'mine' }))).toEqual({
      steps: [],
      refused: [
        { path: '/b', reason: 'it was changed after this run wrote it' },
        { path: '/a', reason: 'it was changed after this run wrote it' },
      ],
      unchanged: [],
    });
  });

  it('leaves a file that cannot be read, and brings back the others', async () => {
    const lines = [wrote('/a', 'a0', 'a1'), wrote('/b', 'b0', 'b1')];
    const current = disk({ '/a': 'a1', '/b': 'b1' });
    const planned = await planUndo(lines, async (path) => {
      if (path === '/b') throw new OpsError('unreadable', 'tool', '/b may not be accessed');
      return current(path);
    });
    expect(planned).toEqual({
      steps: [{ path: '/a', before: blob('a0'), expects: sha256('a1') }],
      refused: [{ path: '/b', reason: '/b may not be accessed' }],
      unchanged: [],
    });
  });

  it('goes back only to what somebody else left between two writes', async () => {
    const lines = [wrote('/a', 'a0', 'a1'), wrote('/a', 'mine', 'a2')];
    expect(await planUndo(lines, disk({ '/a': 'a2' }))).toEqual({
      steps: [{ path: '/a', before: blob('mine'), expects: sha256('a2') }],
      refused: [{ path: '/a', reason: expect.stringContaining('between two writes') }],
      unchanged: [],
    });
  });

  it('passes over a write that never happened', async () => {
    const lines = [wrote('/a', 'a0', 'a1'), wrote('/a', 'a1', 'failed'), wrote('/a', 'a1', 'a2')];
    expect((await planUndo(lines, disk({ '/a': 'a2' }))).steps).toEqual([
      { path: '/a', before: blob('a0'), expects: sha256('a2') },
    ]);
    expect((await planUndo(lines.slice(0, 2), disk({ '/a': 'a1' }))).steps).toEqual([
      { path: '/a', before: blob('a0'), expects: sha256('a1') },
    ]);
  });

  it('takes back an undo that removed a file', async () => {
    const removed: RunEvent = {
      type: 'file.checkpointed',
      step: 'U1',
      path: '/a',
      before: blob('a1'),
      after: null,
    };
    expect((await planUndo([{ event: removed }], disk({}))).steps).toEqual([
      { path: '/a', before: blob('a1'), expects: null },
    ]);
    expect((await planUndo([{ event: removed }], disk({ '/a': 'new' }))).refused).toHaveLength(1);
  });

  it('has nothing to do where all is as before, a second undo included', async () => {
    const lines = [wrote('/a', 'a0', 'a1'), wrote('/a', 'a1', 'a2'), wrote('/new', null, 'n1')];
    expect(await planUndo(lines, disk({ '/a': 'a0' }))).toEqual({
      steps: [],
      refused: [],
      unchanged: ['/new', '/a'],
    });
  });

  it('never takes back what somebody else wrote last', async () => {
    const word = fc.constantFrom(...'stuvwxyz');
    const write = fc.record({ text: word, isOurs: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(word, fc.array(write, { maxLength: 8 }), async (first, writes) => {
        let now = first;
        let lastForeign = first;
        const lines: { event: RunEvent }[] = [];
        for (const { text, isOurs } of writes) {
          if (isOurs) lines.push(wrote('/a', now, text));
          else lastForeign = text;
          now = text;
        }
        const { steps, refused } = await planUndo(lines, disk({ '/a': now }));
        // What steward may put there is only a text that was there before, and it expects the present one.
        for (const step of steps) {
          expect(step.expects).toBe(sha256(now));
          expect([first, ...writes.map(({ text }) => text)].map(blob)).toContain(step.before);
        }
        const isOnlyOurs = writes.every(({ isOurs }) => isOurs);
        if (isOnlyOurs) {
          expect(refused).toEqual([]);
          expect(steps.map(({ before }) => before)).toEqual(now === first ? [] : [blob(first)]);
        }
        const distinct = new Set([first, ...writes.map(({ text }) => text)]).size === writes.length + 1;
        if (distinct && !isOnlyOurs && writes.at(-1)?.isOurs === false) expect(steps).toEqual([]);
        if (distinct && writes.at(-1)?.isOurs === true) expect(steps[0]?.before).toBe(blob(lastForeign));
      }),
    );
  });
});
