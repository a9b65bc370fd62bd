import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fillParameters } from '../../src/goals/index.ts';
import { buildPlainPrompt, buildPrompt } from '../../src/prompt/index.ts';
import { compileTools } from '../../src/tools/index.ts';
import { facts, fragments, goals } from './fixtures.ts';

const all = await compileTools((folder) =>
  readFile(join(import.meta.dirname, '../../src/tools', folder, 'description.md'), 'utf8'),
);
/** Without the one that is only there in plan mode. */
const tools = all.filter(({ name }) => name !== 'ExitPlanMode');
const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test.each(goals)('system text and tools of $name are at most 12 KB', (goal) => {
  const { system } = buildPrompt({ ...facts(), goal: fillParameters(goal, {}) }, fragments);
  expect(size(system) + size(tools)).toBeLessThanOrEqual(12_000);
});

test('system text and tools of a plain prompt are at most 9 KB', () => {
  const { system } = buildPlainPrompt({ ...facts(), prompt: 'x' }, fragments);
  expect(size(system) + size(tools)).toBeLessThanOrEqual(9_000);
});
