import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Action } from '../../src/protocol/action.ts';
import type { Gate } from '../../src/protocol/gate.ts';
import type { Clock, Files, Processes } from '../../src/protocol/machine.ts';
import type { ToolSpec } from '../../src/protocol/model.ts';
import type { ModelReport } from '../../src/protocol/report.ts';
import type { StateStore } from '../../src/protocol/store.ts';
import type { Call, CallResult, Checkpoint, ToolName } from '../../src/protocol/tool.ts';
import { compileTools, createRegistry, type Registry } from '../../src/tools/index.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { createFakeFiles } from '../fakes/files.ts';
import { createOpenGate } from '../fakes/gate.ts';
import { createFakeProcesses } from '../fakes/processes.ts';

export const MARKER = '0123456789abcdef';
export const SECRET = 'hunter2-hunter2';
export const MASK = '«masked:1»';

const TOOLS = join(import.meta.dirname, '../../src/tools');
let compiled: Promise<ToolSpec[]> | undefined;

export function toolSpecs(): Promise<ToolSpec[]> {
  compiled ??= compileTools((folder) => readFile(join(TOOLS, folder, 'description.md'), 'utf8'));
  return compiled;
}

export interface Bench {
  registry: Registry;
  reports: ModelReport[];
  checkpoints: Checkpoint[];
  /** Texts written to the state store by the registry. */
  kept: Map<string, string>;
  call(name: string, input: unknown, signal?: AbortSignal): Promise<CallResult>;
}

export interface BenchOptions {
  files?: Files;
  processes?: Processes;
  gate?: Gate;
  cwd?: string;
  available?: ToolName[];
  denied?: string[];
  outputBytes?: number;
  evidence?: string[];
  /** Absolute folder of a state store on disk; null for one in memory. */
  stateFolder?: string | null;
  isSecretPath?: (path: string) => boolean;
  isSecretLink?: (path: string) => boolean;
  clock?: Clock;
  /** In place of the fake one with `stateFolder`. */
  state?: StateStore;
}

/** A registry over fakes, except for what a test gives. Calls are numbered C1, C2, … */
export async function makeBench(options: BenchOptions = {}): Promise<Bench> {
  const reports: ModelReport[] = [];
  const checkpoints: Checkpoint[] = [];
  const kept = new Map<string, string>();
  const stateFolder = options.stateFolder === undefined ? '/state' : options.stateFolder;
  const registry = createRegistry({
    specs: await toolSpecs(),
    available: options.available ?? ['Bash', 'Read', 'Edit', 'Write', 'Search', 'Report'],
    denied: options.denied ?? [],
    marker: MARKER,
    limits: { outputBytes: options.outputBytes ?? 10_000 },
    context: {
      gate: options.gate ?? createOpenGate(),
      processes: options.processes ?? createFakeProcesses({}),
      files: options.files ?? createFakeFiles(),
      clock: options.clock ?? createFakeClock(),
      cwd: options.cwd ?? '/work',
      checkpoint: async (change) => void checkpoints.push(change),
      isSecretPath: options.isSecretPath ?? (() => false),
      isSecretLink: options.isSecretLink ?? (() => false),
    },
    state: options.state ?? {
      kind: stateFolder === null ? 'memory' : 'disk',
      write: async (name, data) => void kept.set(name, Buffer.from(data).toString('utf8')),
      pathOf: (name) => (stateFolder === null ? undefined : `${stateFolder}/${name}`),
    },
    spillFolder: 'outputs/r1',
    toAction: (line, cwd): Action => ({ kind: 'shell', line, cwd }),
    around: () => ({ environment: {}, machine: 'abc', hostname: 'nuc1' }),
    isObserveLine: (line) => line.startsWith('ls'),
    mask: (text) => text.replaceAll(SECRET, MASK),
    maskKept: async (name) => name,
    hasMask: (text) => text.includes(MASK),
    carryOutChange: async () => ({ ok: false, text: 'no changes in this test', isOwnWords: true }),
    onReport: (report) => void reports.push(report),
    knownEvidence: () => new Set(options.evidence ?? []),
  });
  let count = 0;
  return {
    registry,
    reports,
    checkpoints,
    kept,
    call: (name, input, signal = new AbortController().signal) => {
      count++;
      return registry.run(makeCall(`C${count}`, name, input), signal);
    },
  };
}

export function makeCall(id: string, name: string, input: unknown, brokenInput?: string): Call {
  return { id, toolUseId: `toolu_${id}`, name, input, ...(brokenInput === undefined ? {} : { brokenInput }) };
}

/** The text between the fences, which must be there. */
export function insideFence(text: string): string {
  const match = new RegExp(`<data-${MARKER} of="[^"]*">\\n([\\s\\S]*)</data-${MARKER}>`).exec(text);
  if (match?.[1] === undefined) throw new Error(`no fence in: ${text}`);
  return match[1].replace(/\n$/, '');
}
