import { describe, expect, test } from 'vitest';
import { createFakeFiles } from '../fakes/files.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { insideFence, MASK, makeBench } from './make-registry.ts';

describe('Write', () => {
  test('creates a file that must not exist, and shows it', async () => {
    const files = createFakeFiles({});
    const gate = createOpenGate();
    const { call, checkpoints } = await makeBench({ files, gate });
    const result = await call('Write', { file_path: 'notes/a.md', content: 'one\ntwo\n' });
    expect(result.ok).toBe(true);
    expect(files.text('/work/notes/a.md')).toBe('one\ntwo\n');
    expect(insideFence(result.text)).toBe('@@ line 1 @@\n+one\n+two\n ');
    expect(result.text).toMatch(/Created \/work\/notes\/a\.md, 8 bytes\.$/);
    expect(checkpoints).toMatchObject([{ step: 'C1', path: '/work/notes/a.md', before: null }]);
    expect(gate.requests[0]?.action).toMatchObject({ kind: 'write', expects: null });
  });

  test('replaces only what was read in this run', async () => {
    const files = createFakeFiles({ '/work/a': 'old\n' });
    const { call } = await makeBench({ files });
    const write = () => call('Write', { file_path: 'a', content: 'new\n' });
    expect((await write()).text).toMatch(/has not been read in this run/);
    await call('Read', { file_path: 'a' });
    expect((await write()).text).toMatch(/Replaced \/work\/a, 4 bytes now\.$/);
    expect(files.text('/work/a')).toBe('new\n');
    expect((await write()).text).toBe('/work/a holds exactly this already; nothing was written.');
  });

  test('refuses content with a mask in it', async () => {
    const files = createFakeFiles({});
    const { call } = await makeBench({ files });
    const result = await call('Write', { file_path: 'a', content: `key: ${MASK}` });
    expect(result).toMatchObject({ ok: false, isRefused: false });
    expect(result.text).toMatch(/^content holds a mask/);
    expect(files.text('/work/a')).toBeUndefined();
  });

  test('creates an empty file', async () => {
    const files = createFakeFiles({});
    const { call } = await makeBench({ files });
    expect(await call('Write', { file_path: 'a', content: '' })).toMatchObject({
      ok: true,
      text: 'Created /work/a, 0 bytes.',
    });
    expect(files.text('/work/a')).toBe('');
  });
});
