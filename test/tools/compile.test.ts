import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TYPED_TOOLS } from '../../src/protocol/typed-call.ts';
import { compileTools } from '../../src/tools/index.ts';
import { typedProgram } from '../../src/tools/typed/programs.ts';

const TOOLS = join(import.meta.dirname, '../../src/tools');
const isTyped = (name: string) => TYPED_TOOLS.some((known) => known === name);
const specs = await compileTools((folder) => readFile(join(TOOLS, folder, 'description.md'), 'utf8'));

describe('the compiled tools', () => {
  test('are seven, the typed ones, two for what is on record, and one for plan mode, in a fixed order; the seven fit into 7 KB', () => {
    expect(specs.map(({ name }) => name)).toEqual([
      'Bash',
      'Read',
      'Edit',
      'Write',
      'Search',
      ...TYPED_TOOLS,
      'Change',
      'State',
      'Knowledge',
      'Report',
      'ExitPlanMode',
    ]);
    const sometimes = ['ExitPlanMode', 'State', 'Knowledge'];
    const always = specs.filter(({ name }) => !sometimes.includes(name) && !isTyped(name));
    expect(Buffer.byteLength(JSON.stringify(always))).toBeLessThanOrEqual(7 * 1024);
  });

  test('have the argument names of Claude Code, which models know', () => {
    const names = Object.fromEntries(
      specs
        .filter(({ name }) => !isTyped(name))
        .map(({ name, inputSchema }) => [
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
        all: ['title', 'why', 'evidence', 'targets', 'preflight', 'apply', 'verify', 'rollback', 'git'],
        required: ['title', 'apply', 'verify'],
      },
      State: { all: ['ask', 'query', 'time', 'kind', 'host'], required: ['ask'] },
      Knowledge: {
        all: ['verb', 'words', 'title', 'text', 'applies_to', 'confidence'],
        required: ['verb'],
      },
      Report: {
        all: ['outcome', 'summary', 'findings', 'actions', 'advice'],
        required: ['outcome', 'summary'],
      },
      ExitPlanMode: { all: ['plan'], required: ['plan'] },
    });
  });

  test.each(TYPED_TOOLS)('offer every verb and every field of %s, and no other', (name) => {
    const program = typedProgram(name);
    const properties = specs.find((spec) => spec.name === name)?.inputSchema.properties as Record<
      string,
      { enum?: string[] }
    >;
    if (program === undefined || name === 'Ssh') return expect(properties).toHaveProperty('command');
    const { verb, repo: _repo, namespace: _namespace, ...fields } = properties;
    const verbs = name === 'Journal' ? undefined : Object.keys(program.verbs).sort();
    expect(verb?.enum?.toSorted()).toEqual(verbs);
    const known = Object.values(program.verbs).flatMap((rule) => Object.keys(rule.fields));
    expect(Object.keys(fields).sort()).toEqual([...new Set(known)].sort());
  });

  test('carry no noise', () => {
    const text = JSON.stringify(specs);
    for (const noise of ['$schema', '9007199254740991', 'minLength', 'exclusiveMinimum']) {
      expect(text).not.toContain(noise);
    }
    for (const { description } of specs) expect(description).not.toMatch(/\n|^\s|\s$/);
  });
});
