/**
 * Checks what the project ships for operators (goals, probes, program specs, prompts, tools) and writes it to
 * generated/ as JSON, so that a start reads no YAML and needs no schema. A shipped file with an error, or a rule or
 * spec whose own examples fail, stops the build.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compileProbes } from '../src/context/index.ts';
import { fillParameters, parseGoalFile } from '../src/goals/index.ts';
import { keepTrees } from '../src/lib/expression.ts';
import { packJson } from '../src/lib/packed-json.ts';
import { compileSpecs, packSpecs } from '../src/policy/index.ts';
import { compileFragments } from '../src/prompt/index.ts';
import type { ExpressionTree, ExpressionTrees } from '../src/protocol/expression-tree.ts';
import type { Goal } from '../src/protocol/goal.ts';
import type { ProbeSpec } from '../src/protocol/probe.ts';
import { compileTools } from '../src/tools/index.ts';

export async function compileShipped(root: string): Promise<void> {
  const out = join(root, 'generated');
  await mkdir(out, { recursive: true });
  const probes = await compileProbes(await readAll(join(root, 'context'), '.yaml'));
  const goals = [];
  for (const { source, text } of await readAll(join(root, 'goals'), '.md')) {
    const goal = await parseGoalFile(source, 'shipped', text);
    goals.push({ ...goal, trees: await treesOfDone(goal, probes) });
  }
  const packed = packSpecs(await compileSpecs(await readAll(join(root, 'src/policy/specs'), '.yaml')));
  // Their examples have been tried by now; at a start they would only be read.
  const packedProbes = packJson(
    probes.map((probe) => {
      const rules = probe.rules.map((rule) => ({ ...rule, examples: [] }));
      return { names: [probe.name], value: { ...probe, rules } };
    }),
  );
  const fragments = compileFragments(await readAll(join(root, 'prompts'), '.md'));
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(join(out, `${name}.json`), `${JSON.stringify(value)}\n`);
  await Promise.all([
    write('probes', packedProbes.places),
    write('probe-texts', packedProbes.text),
    write('goals', goals),
    write('specs', packed.index),
    write('spec-texts', packed.text),
    write('prompts', fragments),
    write(
      'tools',
      await compileTools((folder) => readFile(join(root, 'src/tools', folder, 'description.md'), 'utf8')),
    ),
  ]);
}

/** With the parameters' defaults; what a run is told instead is read by the run. */
async function treesOfDone(goal: Goal, probes: readonly ProbeSpec[]): Promise<ExpressionTrees> {
  const trees: Record<string, ExpressionTree> = {};
  const compiler = keepTrees(trees);
  for (const { probe, expect } of fillParameters(goal, {}).done) {
    const facts = probes.find(({ name }) => name === probe)?.facts ?? {};
    await compiler.compile(expect, Object.keys(facts));
  }
  return trees;
}

async function readAll(folder: string, ending: string): Promise<{ source: string; text: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(
    names.map(async (name) => ({
      source: join(basename(folder), name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

if (import.meta.main) await compileShipped(join(import.meta.dirname, '..'));
