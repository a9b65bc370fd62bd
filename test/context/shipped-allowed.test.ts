import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fillArgv, lookUp } from '../../src/context/fill-words.ts';
import { compileProbes, emptyHistory, judgeRules, withExamples } from '../../src/context/index.ts';
import { bookOf, compileSpecs, createPolicy } from '../../src/policy/index.ts';
import { type Action, describeAction } from '../../src/protocol/action.ts';
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

/** What earlier steps would have said. */
const FOUND = {
  'scan.devices': [
    { name: '/dev/sda', type: 'sat' },
    { name: '/dev/nvme0', type: 'nvme' },
  ],
};

/** Every command of the probe, with the values of its examples. */
function commandsOf(spec: ProbeSpec): string[][] {
  const { gather, given } = spec;
  if (gather.kind === 'run') return [gather.argv];
  if (gather.kind !== 'steps') return [];
  const scope = { ...given, given };
  return gather.steps.flatMap(({ argv, each, as }) => {
    const names = new Set([...Object.keys(given), as]);
    if (each === null) return [fillArgv(argv, scope, names)];
    const items = { ...FOUND, [each]: lookUp(each, scope) ?? FOUND[each as keyof typeof FOUND] }[each];
    expect(Array.isArray(items), `${spec.name}: ${each}`).toBe(true);
    return (items as unknown[]).map((item) => fillArgv(argv, { ...scope, [as]: item }, names));
  });
}

it('every shipped probe and look-step is allowed by the shipped policy, as observing', async () => {
  const probes = (await compileProbes(read('context'))).map((spec) => withExamples(spec));
  const endpoints = probes.flatMap(({ gather }) => (gather.kind === 'http' ? gather.endpoints : []));
  const policy = createPolicy({
    specs: bookOf(await compileSpecs(read('src/policy/specs'))),
    rules: { allow: [], ask: [], deny: [] },
    mode: 'default',
    home: '/home/steward',
    cwd: '/',
    stateLocation: '/var/lib/steward',
    declaredEndpoints: endpoints.map(({ url }) => url),
  });
  const argvs = probes.flatMap(commandsOf);
  for (const spec of probes) argvs.push(...(await looksOf(spec)));
  expect(argvs.length).toBeGreaterThan(90);
  expect(endpoints.length).toBeGreaterThan(15);
  const actions: Action[] = [
    ...argvs.map((argv) => ({ kind: 'process', argv, cwd: '/' }) as const),
    ...endpoints.map(({ url }) => ({ kind: 'fetch', method: 'GET', url }) as const),
  ];
  const refused = actions.flatMap((action) => {
    const { verdict, effect, reason } = policy.judge(action, { resolved: new Map() });
    return verdict === 'allow' && effect === 'observe'
      ? []
      : [`${describeAction(action)}: ${verdict} ${effect} ${reason}`];
  });
  expect(refused).toEqual([]);
});
