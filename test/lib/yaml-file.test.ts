import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../src/lib/ops-error.ts';
import { fileError, parseYaml } from '../../src/lib/yaml-file.ts';

const TEXT = `# who pays
limits:
  turns: 30
  usd: 0.5
permissions:
  deny:
    - Bash(rm *)
    - Bash(dd *)
`;

describe('parseYaml', () => {
  test('gives plain data and the line of each key and item', async () => {
    const file = await parseYaml('a.yaml', TEXT);
    expect(file.value).toEqual({
      limits: { turns: 30, usd: 0.5 },
      permissions: { deny: ['Bash(rm *)', 'Bash(dd *)'] },
    });
    expect(file.lineOf([])).toBe(2);
    expect(file.lineOf(['limits', 'usd'])).toBe(4);
    expect(file.lineOf(['permissions', 'deny', 1])).toBe(8);
  });

  test('gives the line of the nearest thing above a path that does not exist', async () => {
    const file = await parseYaml('a.yaml', TEXT);
    expect(file.lineOf(['permissions', 'deny', 7])).toBe(6);
    expect(file.lineOf(['permissions', 'nothing', 'here'])).toBe(5);
    expect(file.lineOf(['limits', 'usd', 'deeper'])).toBe(4);
  });

  test('counts from the line at which front matter starts in its file', async () => {
    expect((await parseYaml('g.md', 'a: 1\nb: 2\n', 2)).lineOf(['b'])).toBe(3);
    await expect(parseYaml('g.md', 'a: 1\nb: [2\n', 2)).rejects.toThrow(/^g\.md:\d: not valid YAML/);
  });

  test('reads JSON', async () => {
    const file = await parseYaml('--settings', '{"model": "m",\n "limits": {"turns": 3}}');
    expect(file.value).toEqual({ model: 'm', limits: { turns: 3 } });
    expect(file.lineOf(['limits', 'turns'])).toBe(2);
  });

  test('reads an empty file as null', async () => {
    expect((await parseYaml('a.yaml', '# nothing yet\n')).value).toBeNull();
  });

  test.each([
    ['a: [1, 2\nb: 3\n', 'unfinished list'],
    ['a: 1\na: 2\n', 'the same key twice'],
    ['a: 1\n---\nb: 2\n', 'two documents'],
    ['a:\n\t- 1\n', 'a tab'],
  ])('names file and line of %j (%s)', async (text) => {
    const error = await parseYaml('/etc/steward/steward.yaml', text).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OpsError);
    expect(error).toMatchObject({ reason: 'settings', code: 'bad-file' });
    expect(String((error as OpsError).message)).toMatch(
      /^\/etc\/steward\/steward\.yaml:[1-4]: not valid YAML/,
    );
  });

  test('refuses a file whose anchors multiply without end', async () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => [pair[0], pair[1]])) {
      lines.push(`${name}: &${name} [${Array(9).fill(`*${of}`).join(', ')}]`);
    }
    await expect(parseYaml('a.yaml', lines.join('\n'))).rejects.toThrow('not valid YAML');
  });

  test('either gives data or an OpsError, whatever the text', async () => {
    const yamlish = fc
      .array(fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '}', '"', '&a', '*a', '#', '\t', '|', '!'))
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(yamlish, async (text) => {
        const result = await parseYaml('a.yaml', text).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(OpsError);
      }),
    );
  });
});

test('fileError leaves the line out when there is none', () => {
  expect(fileError('a.md', null, 'no description').message).toBe('a.md: no description');
  expect(fileError('a.md', 4, 'no description', 'add one').hint).toBe('add one');
});
