import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileProbes } from '../../src/context/index.ts';
import { fillParameters, parseGoalFile } from '../../src/goals/index.ts';
import { createExpressionCompiler } from '../../src/lib/expression.ts';
import { autonomyRank } from '../../src/protocol/effect.ts';

const ROOT = join(import.meta.dirname, '../..');

function filesOf(folder: string, ending: string): { source: string; text: string }[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ source: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') }));
}

const probes = await compileProbes(filesOf('context', '.yaml'));
const goals = await Promise.all(
  filesOf('goals', '.md').map(({ source, text }) => parseGoalFile(source, 'shipped', text)),
);

describe('the goals that ship', () => {
  test('are full-check, health-check, incident and proactive, and the last must be enabled', () => {
    expect(goals.map(({ name, enabled, gate }) => [name, enabled, gate])).toEqual([
      ['full-check', true, 'findings'],
      ['health-check', true, 'findings'],
      ['incident', true, 'always'],
      ['proactive', false, 'always'],
    ]);
  });

  test.each(goals)('$name changes nothing by itself, and has limits', (goal) => {
    expect(autonomyRank(goal.autonomy)).toBeLessThanOrEqual(autonomyRank('propose'));
    expect(Object.keys(goal.limits)).toEqual(expect.arrayContaining(['turns', 'calls', 'usd', 'durationMs']));
    expect(goal.tools).not.toContain('Write');
  });

  test.each(goals)('$name can run without a --set', (goal) => {
    expect(fillParameters(goal, {}).text).not.toContain('{{');
  });

  test.each(goals)('$name asks for probes that ship, and checks facts that they have', async (goal) => {
    const compiler = await createExpressionCompiler();
    expect(probes.map(({ name }) => name)).toEqual(expect.arrayContaining(goal.probes));
    for (const { probe, expect: source } of fillParameters(goal, {}).done) {
      const facts = Object.keys(probes.find(({ name }) => name === probe)?.facts ?? {});
      expect((await compiler.compile(source, facts)).source).toBe(source);
    }
  });

  test('full-check asks for all probes that ship', () => {
    const full = goals.find(({ name }) => name === 'full-check');
    expect(full?.probes.toSorted()).toEqual(probes.map(({ name }) => name).toSorted());
  });
});
