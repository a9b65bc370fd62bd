import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPolicy, openSpecs, type Policy, type SpecIndex } from '../../src/policy/index.ts';
import { quantile } from '../statistics.ts';
import type { Row } from '../table.ts';

const ROOT = join(import.meta.dirname, '../..');
const CWD = '/srv/infra';

interface CorpusLine {
  cmd: string;
  expect: 'allow' | 'not-allow';
}

/** One decision: from the text of a line to a verdict, what paths it wants to have resolved included. In process. */
export function measurePolicy(rounds: number): Row[] {
  const lines = readFileSync(join(ROOT, 'test/fixtures/policy/commands-public.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CorpusLine);
  const policy = shippedPolicy();
  const first = lines.map((line) => timeOf(policy, line.cmd));
  const rounded = lines.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { cmd }] of lines.entries()) rounded[index]?.push(timeOf(policy, cmd));
  }
  // Of each line the median, so that what else the machine does is not counted as policy's.
  const times = rounded.map((ofLine) => quantile(ofLine, 0.5));
  const falseAllows = lines.filter(
    ({ cmd, expect }) => expect === 'not-allow' && decide(policy, cmd) === 'allow',
  );
  const p99 = quantile(times, 0.99);
  return [
    {
      what: `policy decision, p99 over ${lines.length} lines × ${rounds}`,
      figure: `${micro(p99)} (median ${micro(quantile(times, 0.5))}, most ${micro(Math.max(...times))}; p99 of all ${micro(quantile(rounded.flat(), 0.99))}, of the first time ${micro(quantile(first, 0.99))})`,
      floor: '',
      ratio: null,
      target: '≤ 1 ms',
      isMet: p99 <= 1,
    },
    {
      what: 'false allows on the public corpus',
      figure: `${falseAllows.length} of ${lines.filter(({ expect }) => expect === 'not-allow').length}`,
      floor: '',
      ratio: null,
      target: '0',
      isMet: falseAllows.length === 0,
    },
  ];
}

function shippedPolicy(): Policy {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(join(ROOT, `generated/${name}.json`), 'utf8'));
  return createPolicy({
    specs: openSpecs(read('specs') as SpecIndex, read('spec-texts') as string),
    rules: { allow: [], ask: [], deny: [] },
    mode: 'default',
    home: '/home/operator',
    cwd: CWD,
    stateLocation: '/var/lib/steward',
    declaredEndpoints: [],
  });
}

function decide(policy: Policy, line: string): string {
  const action = policy.toAction(line, CWD);
  policy.wantedPaths(action);
  return policy.judge(action, { resolved: new Map() }).verdict;
}

function timeOf(policy: Policy, line: string): number {
  const started = performance.now();
  decide(policy, line);
  return performance.now() - started;
}

function micro(value: number): string {
  return `${Math.round(value * 1000)} µs`;
}
