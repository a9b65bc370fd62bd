import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileTools } from '../../src/tools/index.ts';

const TOOLS = join(import.meta.dirname, '../../src/tools');
const specs = await compileTools((folder) => readFile(join(TOOLS, folder, 'description.md'), 'utf8'));

describe('the compiled tools', () => {
  test('are seven and one for plan mode, in a fixed order, and the seven fit into 7 KB', () => {
    expect(specs.map(({ name }) => name)).toEqual([
      'Bash',
      'Read',
      'Edit',
      'Write',
      'Search',
      'Change',
      'Report',
      'ExitPlanMode',
    ]);
    const always = specs.filter(({ name }) => name !== 'ExitPlanMode');
    expect(Buffer.byteLength(JSON.stringify(always))).toBeLessThanOrEqual(7 * 1024);
  });

  test('have the argument names of Claude Code, which models know', () => {
    const names = Object.fromEntries(
      specs.map(({ name, inputSchema }) => [
        name,
        { all: Object.keys(inputSchema.properties as object), required: inputSchema.required },
      ]),
    );
    expect(names).toEqual({
      Bash: { all: ['command', 'description', 'timeout'], required: ['command'] },
      Read: { all: ['file_path', 'offset', 'limit'], required: ['file_path'] },
      Edit: {
        all: ['file_path', 'old_string', 'new_string', 'replace_all'],
        required: ['file_path', 'old_string', 'new_string'],
      },
      Write: { all: ['file_path', 'content'], required: ['file_path', 'content'] },
      Search: { all: ['pattern', 'path', 'glob', 'mode', 'ignore_case', 'max'], required: ['pattern'] },
      Change: {
        all: ['title', 'why', 'evidence', 'targets', 'preflight', 'apply', 'verify', 'rollback'],
        required: ['title', 'apply', 'verify'],
      },
      Report: {
        all: ['outcome', 'summary', 'findings', 'actions', 'advice'],
        required: ['outcome', 'summary'],
      },
      ExitPlanMode: { all: ['plan'], required: ['plan'] },
    });
  });

  test('carry no noise', () => {
    const text = JSON.stringify(specs);
    for (const noise of ['$schema', '9007199254740991', 'minLength', 'exclusiveMinimum']) {
      expect(text).not.toContain(noise);
    }
    for (const { description } of specs) expect(description).not.toMatch(/\n|^\s|\s$/);
  });
});
