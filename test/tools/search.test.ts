import { describe, expect, test } from 'vitest';
import { createFakeFiles } from '../fakes/files.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { insideFence, makeBench } from './make-registry.ts';

const TREE = {
  '/work/.gitignore': 'build\n',
  '/work/build/out.nix': 'nfs = true;',
  '/work/hosts/a.nix': 'services.nfs.enable = true;\nboot = {};\n',
  '/work/hosts/b.nix': 'Services.NFS = no;\r\n',
  '/work/hosts/key.pem': 'nfs secret',
  '/work/image.bin': Buffer.from('nfs\0nfs'),
  '/work/notes.md': 'about nfs(1)\nabout nfs(2)\n',
  '/work/huge.log': 'nfs\n'.repeat(600_000),
};

async function bench(gate = createOpenGate()) {
  const made = await makeBench({
    files: createFakeFiles(TREE),
    gate,
    isSecretPath: (path) => path.endsWith('.pem'),
    outputBytes: 50_000,
  });
  const search = (input: Record<string, unknown>) => made.call('Search', input);
  const lines = async (input: Record<string, unknown>) => insideFence((await search(input)).text).split('\n');
  return { ...made, search, lines, gate };
}

describe('Search', () => {
  test('gives path, line and text; leaves out ignored, secret, binary and huge files', async () => {
    const { search, gate } = await bench();
    const result = await search({ pattern: 'nfs' });
    expect(insideFence(result.text).split('\n')).toEqual([
      'hosts/a.nix:1:services.nfs.enable = true;',
      'notes.md:1:about nfs(1)',
      'notes.md:2:about nfs(2)',
    ]);
    expect(result.text).toMatch(/1 files over 2 MB left out\.$/);
    expect(gate.requests).toEqual([{ id: 'C1', origin: 'tool', action: { kind: 'scan', root: '/work' } }]);
  });

  test('takes RE2 expressions, and names what is wrong with others', async () => {
    const { lines, search } = await bench();
    expect(await lines({ pattern: '^about.*\\(2\\)$' })).toEqual(['notes.md:2:about nfs(2)']);
    expect(await lines({ pattern: 'services\\.nfs', ignore_case: true })).toEqual([
      'hosts/a.nix:1:services.nfs.enable = true;',
      'hosts/b.nix:1:Services.NFS = no;',
    ]);
    const wrong = await search({ pattern: '(?<!x)y' });
    expect(wrong.ok).toBe(false);
    expect(wrong.text).toMatch(/^pattern is not a valid RE2 expression: /);
  });

  test('is not held up by a pattern that makes backtracking engines hang', async () => {
    const files = createFakeFiles({ '/work/a': `${'a'.repeat(50_000)}!` });
    const { call } = await makeBench({ files });
    const result = await call('Search', { pattern: '(a+)+$' });
    expect(result.text).toMatch(/^No match in 1 files/);
  });

  test('narrows by glob: a name anywhere, or a path below the folder', async () => {
    const { lines } = await bench();
    expect(await lines({ pattern: 'nfs', glob: '*.md', mode: 'files' })).toEqual(['notes.md']);
    expect(await lines({ pattern: '', mode: 'files', glob: 'hosts/*.nix' })).toEqual([
      'hosts/a.nix',
      'hosts/b.nix',
    ]);
    expect(await lines({ pattern: '', mode: 'files', glob: '*.nix', path: 'hosts' })).toEqual([
      'hosts/a.nix',
      'hosts/b.nix',
    ]);
  });

  test('stops at the wanted number of matches and says so', async () => {
    const { search } = await bench();
    const { text } = await search({ pattern: 'nfs', max: 2 });
    expect(insideFence(text).split('\n')).toHaveLength(2);
    expect(text).toContain('Stopped at 2 matches; there may be more.');
  });

  test('searches one file under a read permit', async () => {
    const { lines, gate } = await bench();
    expect(await lines({ pattern: 'boot', path: 'hosts/a.nix' })).toEqual(['hosts/a.nix:2:boot = {};']);
    expect(gate.requests.map(({ action }) => action)).toEqual([{ kind: 'read', path: '/work/hosts/a.nix' }]);
  });

  test('shows the part of a long line where the match is', async () => {
    const files = createFakeFiles({ '/work/a': `${'x'.repeat(5000)}needle${'y'.repeat(5000)}` });
    const { call } = await makeBench({ files });
    const line = insideFence((await call('Search', { pattern: 'needle' })).text);
    expect(line).toMatch(/^a:1:…x{100}needley+…$/);
    expect(line.length).toBeLessThan(320);
  });

  test('says how much it looked at when nothing was found', async () => {
    const { search } = await bench();
    expect(await search({ pattern: 'zfs', path: 'hosts' })).toMatchObject({
      ok: true,
      text: 'No match in 2 files, in /work/hosts.',
    });
    expect((await search({ pattern: 'x', path: 'none' })).text).toBe(
      '/work/none does not exist, or is hidden from this user.',
    );
    expect((await search({ pattern: '' })).text).toBe('An empty pattern needs mode files.');
  });

  test('refuses a pattern that would take long to compile', async () => {
    const { search } = await bench();
    const { ok, text } = await search({ pattern: '(a*)*'.repeat(1000) });
    expect([ok, text]).toEqual([
      false,
      'pattern is not a valid RE2 expression: it is longer than 4096 characters.',
    ]);
  });

  test('hands on the refusal of the gate', async () => {
    const { search } = await bench(createOpenGate(() => ({ rule: 'floor:secret-file', refuse: 'secrets' })));
    expect(await search({ pattern: 'x', path: '/work' })).toMatchObject({ ok: false, isRefused: true });
  });
});
