import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fillParameters } from '../../src/goals/index.ts';
import { buildPlainPrompt, buildPrompt } from '../../src/prompt/index.ts';
import { TYPED_TOOLS } from '../../src/protocol/typed-call.ts';
import { compileTools } from '../../src/tools/index.ts';
import { facts, fragments, goals } from './fixtures.ts';

const all = await compileTools((folder) =>
  readFile(join(import.meta.dirname, '../../src/tools', folder, 'description.md'), 'utf8'),
);
/** Without those that are only there in plan mode, or where there is something on record. */
const tools = all.filter(({ name }) => !['ExitPlanMode', 'State', 'Knowledge'].includes(name));
const isTyped = (name: string) => TYPED_TOOLS.some((known) => known === name);
const plain = tools.filter(({ name }) => !isTyped(name));
const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test.each(goals)('system text and tools of $name are at most 12 KB', (goal) => {
  const { system } = buildPrompt({ ...facts(), goal: fillParameters(goal, {}) }, fragments);
  const named = tools.filter(({ name }) => !isTyped(name) || goal.tools.some((known) => known === name));
  expect(size(system) + size(named)).toBeLessThanOrEqual(12_000);
});

test('system text and tools of a plain prompt are at most 9 KB where no typed program is, 12 KB where all are', () => {
  const { system } = buildPlainPrompt({ ...facts(), prompt: 'x' }, fragments);
  expect(size(system) + size(plain)).toBeLessThanOrEqual(9_000);
  expect(size(system) + size(tools)).toBeLessThanOrEqual(12_000);
});
