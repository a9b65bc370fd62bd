import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/lib/digest.ts';
import { replaceText } from '../../src/tools/edit/replace.ts';
import { createFakeFiles } from '../fakes/files.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { insideFence, MASK, makeBench } from './make-registry.ts';

const PATH = '/work/nfs.nix';

async function benchWith(content: string | Uint8Array, gate = createOpenGate()) {
  const files = createFakeFiles({ [PATH]: content });
  const bench = await makeBench({ files, gate });
  const edit = (old_string: string, new_string: string, replace_all = false) =>
    bench.call('Edit', { file_path: PATH, old_string, new_string, replace_all });
  return { ...bench, files, gate, edit, read: () => bench.call('Read', { file_path: PATH }) };
}

describe('Edit', () => {
  test('replaces the one place, keeps the old bytes first, and shows what changed', async () => {
    const { read, edit, files, checkpoints, gate } = await benchWith('a = 1;\nb = 2;\nc = 3;\n');
    await read();
    const result = await edit('b = 2', 'b = 20');
    expect(result.ok).toBe(true);
    expect(files.text(PATH)).toBe('a = 1;\nb = 20;\nc = 3;\n');
    expect(insideFence(result.text)).toBe('@@ line 1 @@\n a = 1;\n-b = 2;\n+b = 20;\n c = 3;\n ');
    expect(result.text).toMatch(/Changed \/work\/nfs\.nix: 1 place\.$/);
    expect(checkpoints).toEqual([
      {
        step: 'C2',
        path: PATH,
        before: Uint8Array.from(Buffer.from('a = 1;\nb = 2;\nc = 3;\n')),
        after: sha256('a = 1;\nb = 20;\nc = 3;\n'),
      },
    ]);
    expect(gate.requests.map(({ id, action }) => `${id} ${action.kind}`)).toEqual([
      'C1 read',
      'C2.before read',
      'C2 write',
      'C2.after read',
    ]);
  });

  test('refuses a file that was not read, or has changed since', async () => {
    const { read, edit, files } = await benchWith('a\n');
    expect((await edit('a', 'b')).text).toMatch(/has not been read in this run\. Read it first/);
    await read();
    files.contents.set(PATH, Buffer.from('a, and more\n'));
    expect((await edit('a', 'b')).text).toMatch(/has changed since you read it/);
    expect(files.text(PATH)).toBe('a, and more\n');
    await read();
    expect((await edit('a,', 'b,')).ok).toBe(true);
    expect((await edit('b,', 'c,')).ok).toBe(true);
  });

  test('refuses text that does not occur, or occurs more than once, with the lines', async () => {
    const { read, edit, files } = await benchWith('x\ny\nx\n');
    await read();
    expect((await edit('z', 'b')).text).toMatch(/old_string does not occur in it/);
    expect((await edit('x', 'b')).text).toContain('occurs 2 times (lines 1, 3)');
    expect((await edit('x', 'x')).text).toContain('are the same');
    expect(files.text(PATH)).toBe('x\ny\nx\n');
    expect((await edit('x', 'b', true)).text).toMatch(/2 places\.$/);
    expect(files.text(PATH)).toBe('b\ny\nb\n');
  });

  test('keeps the line ends of the file', async () => {
    const { read, edit, files } = await benchWith('a\r\nb\r\nc\r\n');
    await read();
    expect((await edit('a\nb', 'a\nnew\nb')).ok).toBe(true);
    expect(files.text(PATH)).toBe('a\r\nnew\r\nb\r\nc\r\n');
  });

  test('keeps a byte order mark', async () => {
    const { read, edit, files } = await benchWith('\uFEFFa\n');
    await read();
    await edit('a', 'b');
    expect(files.text(PATH)).toBe('\uFEFFb\n');
  });

  test('writes no mask into a file, and takes none as text of it', async () => {
    const { read, edit, files } = await benchWith('password = hunter2-hunter2\n');
    expect(insideFence((await read()).text)).toBe(`1\tpassword = ${MASK}`);
    expect((await edit(`password = ${MASK}`, 'x')).text).toMatch(/^old_string holds a mask/);
    expect((await edit('password', `x = ${MASK}`)).text).toMatch(/^new_string holds a mask/);
    expect((await edit('password', 'secret')).ok).toBe(true);
    expect(files.text(PATH)).toBe('secret = hunter2-hunter2\n');
  });

  test('refuses bytes that it could not write back', async () => {
    const { read, edit, checkpoints } = await benchWith(Uint8Array.from([0x61, 0xff, 0x0a]));
    await read();
    expect((await edit('a', 'b')).text).toMatch(/is not UTF-8/);
    expect(checkpoints).toEqual([]);
  });

  test('keeps nothing and writes nothing when the gate refuses', async () => {
    const gate = createOpenGate(({ action }) =>
      action.kind === 'write' ? { rule: 'headless', refuse: 'no one can approve a write here' } : undefined,
    );
    const { read, edit, files, checkpoints } = await benchWith('a\n', gate);
    await read();
    const result = await edit('a', 'b');
    expect(result).toMatchObject({ ok: false, isRefused: true });
    expect(files.text(PATH)).toBe('a\n');
    expect(checkpoints).toEqual([]);
  });

  test('does not overwrite a change that came between the judgement and the write', async () => {
    const files = createFakeFiles({ [PATH]: 'a\n' });
    const racing = createOpenGate(({ action }) => {
      if (action.kind === 'write') files.contents.set(PATH, Buffer.from('other\n'));
      return undefined;
    });
    const bench = await makeBench({ files, gate: racing });
    await bench.call('Read', { file_path: PATH });
    const result = await bench.call('Edit', { file_path: PATH, old_string: 'a', new_string: 'b' });
    expect(result.ok).toBe(false);
    expect(result.text).toContain('was not written: /work/nfs.nix is not what it was when it was read');
    expect(files.text(PATH)).toBe('other\n');
  });

  test('looks at the file after writing and says when other bytes are there', async () => {
    const files = createFakeFiles({ [PATH]: 'a\n' });
    const racing = createOpenGate(({ id }) => {
      if (id === 'C2.after') files.contents.set(PATH, Buffer.from('reverted\n'));
      return undefined;
    });
    const bench = await makeBench({ files, gate: racing });
    await bench.call('Read', { file_path: PATH });
    const result = await bench.call('Edit', { file_path: PATH, old_string: 'a', new_string: 'b' });
    expect(result.ok).toBe(false);
    expect(result.text).toMatch(/holds other bytes now: something else changes it too/);
  });

  test('says what is missing or not a file', async () => {
    const { call } = await makeBench({ files: createFakeFiles({ '/work/d/x': 'x' }) });
    const edit = async (file_path: string) =>
      (await call('Edit', { file_path, old_string: 'a', new_string: 'b' })).text;
    expect(await edit('none')).toBe(
      '/work/none does not exist, or is hidden from this user. Use Write for a new file.',
    );
    expect(await edit('d')).toBe('/work/d is not a regular file.');
  });
});

describe('replaceText', () => {
  const words = fc.array(fc.constantFrom('a', 'b', '\n', '\r\n', 'é', '😀', '$&', ' '), { maxLength: 30 });

  test('replaces a unique part and nothing else, and back again', () => {
    fc.assert(
      fc.property(words, words, words, (before, after, put) => {
        const [start, end] = [before.join(''), after.join('')];
        const text = `${start}<<old>>${end}`;
        const to = `<<new>>${put.join('')}`;
        const there = replaceText(text, '<<old>>', to, false);
        if (!there.ok) throw new Error(there.problem);
        expect(there.count).toBe(1);
        expect(there.text.startsWith(`${start}<<new>>`)).toBe(true);
        expect(there.text.endsWith(end)).toBe(true);
        const isCrlf = text.includes('\r\n') && !/(?<!\r)\n/.test(text);
        if (!isCrlf) expect(there.text).toBe(`${start}${to}${end}`);
        const written = there.text.slice(start.length, there.text.length - end.length);
        const back = replaceText(there.text, written, '<<old>>', false);
        expect(back).toEqual({ ok: true, text, count: 1 });
      }),
      { numRuns: 500 },
    );
  });

  test('replaces all places, and counts them', () => {
    fc.assert(
      fc.property(
        fc.array(
          words.map((w) => w.join('')),
          { minLength: 2, maxLength: 8 },
        ),
        (parts) => {
          const result = replaceText(parts.join('§'), '§', '¶', true);
          expect(result).toEqual({ ok: true, text: parts.join('¶'), count: parts.length - 1 });
        },
      ),
    );
  });
});
