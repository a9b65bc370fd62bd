import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileProbes, emptyHistory, judgeRules } from '../../src/context/index.ts';
import { bookOf, compileSpecs, createPolicy } from '../../src/policy/index.ts';
import type { ProbeSpec } from '../../src/protocol/probe.ts';
import type { SnapshotItem } from '../../src/protocol/snapshot.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ source: join(folder, name), text: readFileSync(join(ROOT, folder, name), 'utf8') }));

/** Every look-step of the probe, filled in from the rules' own examples. */
async function looksOf(spec: ProbeSpec): Promise<string[][]> {
  const looks: string[][] = [];
  for (const { facts } of spec.rules.flatMap((rule) => rule.examples)) {
    const item = { id: 'P1', probe: spec.name, status: 'ok', facts } as unknown as SnapshotItem; // judging reads no more
    const judged = await judgeRules({
      items: [item],
      specs: [spec],
      history: emptyHistory(),
      host: 'h',
      now: 0,
    });
    for (const { step } of judged.looks) if ('argv' in step) looks.push(step.argv);
  }
  return looks;
}

it('every shipped probe and look-step is allowed by the shipped policy, as observing', async () => {
  const probes = await compileProbes(read('context'));
  const policy = createPolicy({
    specs: bookOf(await compileSpecs(read('src/policy/specs'))),
    rules: { allow: [], ask: [], deny: [] },
    mode: 'default',
    home: '/home/steward',
    cwd: '/',
    stateLocation: '/var/lib/steward',
    declaredEndpoints: [],
  });
  const argvs = probes.flatMap((spec) => (spec.gather.kind === 'run' ? [spec.gather.argv] : []));
  for (const spec of probes) argvs.push(...(await looksOf(spec)));
  expect(argvs.length).toBeGreaterThan(20);
  const refused = argvs.flatMap((argv) => {
    const action = { kind: 'process', argv, cwd: '/' } as const;
    const { verdict, effect, reason } = policy.judge(action, { resolved: new Map() });
    return verdict === 'allow' && effect === 'observe'
      ? []
      : [`${argv.join(' ')}: ${verdict} ${effect} ${reason}`];
  });
  expect(refused).toEqual([]);
});
