import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compileProbes,
  emptyHistory,
  type FindingHistory,
  type JournalBaseline,
  judgeRules,
  takeSnapshot,
  withParameters,
} from '../../../src/context/index.ts';
import type { Finding } from '../../../src/protocol/finding.ts';
import type { ProbeSpec } from '../../../src/protocol/probe.ts';
import type { SnapshotItem } from '../../../src/protocol/snapshot.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createOpenGate } from '../../fakes/gate.ts';
import { createFakeHttp, type FakeAnswer } from '../../fakes/http.ts';
import { createFakeProcesses, type FakeOutput } from '../../fakes/processes.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** What every command and address of the shipped probes said on one machine at one time. */
export interface Machine {
  name: string;
  /** What it is, and what was done to it. */
  how: string;
  at: number;
  isRoot: boolean;
  parameters: Record<string, Record<string, unknown>>;
  commands: Record<string, FakeOutput>;
  http: Record<string, FakeAnswer>;
  programs: string[];
  paths: string[];
}

export async function shippedProbes(): Promise<ProbeSpec[]> {
  const files = readdirSync(join(ROOT, 'context')).filter((name) => name.endsWith('.yaml'));
  return compileProbes(
    files.map((name) => ({
      source: join('context', name),
      text: readFileSync(join(ROOT, 'context', name), 'utf8'),
    })),
  );
}

export function tell(specs: readonly ProbeSpec[], parameters: Machine['parameters']): ProbeSpec[] {
  return specs.map((spec) => withParameters(spec, parameters[spec.name] ?? {}, {}));
}

export interface Seen {
  items: SnapshotItem[];
  findings: Finding[];
  broken: string[];
  history: FindingHistory;
  journal: JournalBaseline | null;
}

/** All shipped probes and their rules on that machine, through snapshot and judge as in a run. */
export async function see(
  machine: Machine,
  specs: readonly ProbeSpec[],
  before: Partial<Pick<Seen, 'history' | 'journal'>> = {},
): Promise<Seen> {
  const told = tell(specs, machine.parameters);
  const clock = createFakeClock({ now: machine.at });
  const taken = await takeSnapshot({
    specs: told,
    gate: createOpenGate(),
    processes: createFakeProcesses(machine.commands, { programs: machine.programs }),
    http: createFakeHttp(machine.http),
    clock,
    host: 'nuc1',
    cwd: '/',
    mask: (text) => text,
    exists: (path) => machine.paths.includes(path),
    isTrustedExecutable: () => true,
    isRoot: machine.isRoot,
    previous: null,
    journalBaseline: before.journal ?? null,
  });
  const judged = await judgeRules({
    items: taken.items,
    specs: told,
    history: before.history ?? emptyHistory(),
    host: 'nuc1',
    now: machine.at,
  });
  return {
    items: taken.items,
    findings: judged.findings,
    broken: judged.brokenRules.map(({ rule, error }) => `${rule}: ${error}`),
    history: judged.history,
    journal: taken.journalBaseline,
  };
}
