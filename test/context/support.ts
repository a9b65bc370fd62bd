import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  compileProbes,
  emptyHistory,
  type FindingHistory,
  type JournalBaseline,
  judgeRules,
  type TrendHistory,
  takeSnapshot,
  withParameters,
} from '../../src/context/index.ts';
import type { Finding } from '../../src/protocol/finding.ts';
import type { HttpEndpoint, ProbeSpec, RuleSpec } from '../../src/protocol/probe.ts';
import type { SnapshotItem } from '../../src/protocol/snapshot.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { createFakeHttp, type FakeAnswer } from '../fakes/http.ts';
import { createFakeProcesses, type FakeOutput } from '../fakes/processes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** As the build makes it, with the trees of its expressions. */
export async function loadShipped(name: string): Promise<ProbeSpec> {
  const source = join('context', `${name}.yaml`);
  const [probe] = await compileProbes([{ source, text: readFileSync(join(ROOT, source), 'utf8') }]);
  if (probe === undefined) throw new Error(`${source} gave no probe`);
  return probe;
}

export function recorded(name: string): string {
  return readFileSync(join(ROOT, 'test/fixtures/probes', name), 'utf8');
}

/** What each of several commands says, by words that are in its line; the first that fits. */
export function saying(
  answers: Record<string, string | FakeOutput>,
): (command: string) => FakeOutput | undefined {
  return (command) => {
    const found = Object.entries(answers).find(([words]) => command.includes(words))?.[1];
    return typeof found === 'string' ? { stdout: found } : found;
  };
}

export interface ProbeRun {
  item: SnapshotItem;
  findings: Finding[];
  /** `rule:object`, worst first. */
  keys: string[];
  broken: string[];
  history: FindingHistory;
  journalBaseline: JournalBaseline | null;
  trends: TrendHistory;
}

export interface ProbeRunOptions {
  history?: FindingHistory;
  journalBaseline?: JournalBaseline | null;
  now?: number;
  http?: Record<string, FakeAnswer>;
  /** Paths that exist; all by default. */
  exists?: (path: string) => boolean;
  isRoot?: boolean;
  trends?: TrendHistory;
  /** What settings say for it. */
  given?: Record<string, unknown>;
}

/**
 * One probe on a machine whose command prints `output`, through snapshot and rules. A shipped one by its trees, which have
 * to see what the library sees.
 */
export async function runProbe(
  probe: ProbeSpec,
  output: string | FakeOutput | ((command: string) => FakeOutput | undefined),
  options: ProbeRunOptions = {},
): Promise<ProbeRun> {
  const ran = await runOnce(probe, output, options);
  const { trees, ...untreed } = probe;
  if (trees !== undefined) expect(ran).toEqual(await runOnce(untreed, output, options));
  return ran;
}

async function runOnce(
  probe: ProbeSpec,
  output: string | FakeOutput | ((command: string) => FakeOutput | undefined),
  options: ProbeRunOptions,
): Promise<ProbeRun> {
  const spec = options.given === undefined ? probe : withParameters(probe, options.given, {});
  const answer =
    typeof output === 'function' ? output : () => (typeof output === 'string' ? { stdout: output } : output);
  const clock = createFakeClock(options.now === undefined ? {} : { now: options.now });
  const snapshot = await takeSnapshot({
    specs: [spec],
    gate: createOpenGate(),
    processes: createFakeProcesses(answer),
    http: createFakeHttp(options.http ?? {}),
    clock,
    host: 'nuc1',
    cwd: '/',
    mask: (text) => text,
    exists: options.exists ?? (() => true),
    isTrustedExecutable: () => true,
    isRoot: options.isRoot ?? true,
    trends: options.trends ?? {},
    previous: null,
    journalBaseline: options.journalBaseline ?? null,
  });
  const judged = await judgeRules({
    items: snapshot.items,
    specs: [spec],
    history: options.history ?? emptyHistory(),
    host: 'nuc1',
    now: clock.now(),
  });
  const item = snapshot.items[0];
  if (item === undefined) throw new Error('a snapshot without an item');
  return {
    item,
    findings: judged.findings,
    keys: judged.findings.map((finding) => finding.key),
    broken: judged.brokenRules.map(({ rule, error }) => `${rule}: ${error}`),
    history: judged.history,
    journalBaseline: snapshot.journalBaseline,
    trends: snapshot.trends,
  };
}

export interface ProbeParts extends Partial<Omit<ProbeSpec, 'gather'>> {
  argv?: string[];
  endpoints?: HttpEndpoint[];
  executable?: string;
}

/** A probe as it comes out of compileProbe, for tests of what is made of it. */
export function makeProbe({ argv, endpoints, executable, ...parts }: ProbeParts = {}): ProbeSpec {
  const gather: ProbeSpec['gather'] =
    endpoints !== undefined
      ? { kind: 'http', endpoints }
      : executable !== undefined
        ? { kind: 'executable', path: executable }
        : { kind: 'run', argv: argv ?? ['true'] };
  return {
    name: 'sample',
    source: 'context/sample.yaml',
    describe: 'A sample',
    core: false,
    needs: [],
    parameters: {},
    given: {},
    unset: null,
    access: null,
    sign: [],
    privilege: 'any',
    gather,
    okExits: [],
    parse: { kind: 'none' },
    facts: {},
    trend: null,
    inventory: [],
    show: null,
    limitBytes: 4096,
    timeoutMs: 5_000,
    egress: 'any',
    rules: [],
    ...parts,
  };
}

export function makeRule(parts: Partial<RuleSpec> = {}): RuleSpec {
  return {
    id: 'too-much',
    each: 'things',
    as: 't',
    object: 't.name',
    when: 't.size > 10',
    changed: null,
    measure: null,
    severity: 'warning',
    class: 'advisory',
    cooldownMs: 3_600_000,
    say: '{t.name} has {t.size}',
    look: [],
    examples: [],
    ...parts,
  };
}
