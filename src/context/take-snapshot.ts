import { capText } from '../lib/cap.ts';
import { capRows } from '../lib/cap-rows.ts';
import { sha256 } from '../lib/digest.ts';
import { createExpressionCompiler, type ExpressionCompiler, withTrees } from '../lib/expression.ts';
import type { Finding } from '../protocol/finding.ts';
import type { Clock, Together } from '../protocol/machine.ts';
import type { ProbeSpec } from '../protocol/probe.ts';
import type { SnapshotItem } from '../protocol/snapshot.ts';
import { type ComputeFacts, compileFacts, FactError } from './compute-facts.ts';
import { commandOf, gather, missingFor } from './gather.ts';
import { type Gathered, type GatherPorts, nothing } from './gather-ports.ts';
import type { JournalBaseline } from './journal/baseline.ts';
import { summariseJournal } from './journal/summarise.ts';
import { parseOutput } from './parse-output.ts';
import { followTrend, type TrendHistory } from './trends.ts';

export interface SnapshotOptions extends GatherPorts {
  specs: readonly ProbeSpec[];
  clock: Clock;
  /** Name under which items cite this machine. */
  host: string;
  /** Takes known secrets out of what will be shown, logged or sent. */
  mask(text: string): string;
  /** What the goal's last snapshot said, for `change`; null when there was none. */
  previous: SnapshotSummary | null;
  journalBaseline: JournalBaseline | null;
  /** What earlier snapshots measured, for probes with a `trend`. */
  trends?: TrendHistory;
  /** For the whole snapshot, whatever hangs. Default 10 s. */
  deadlineMs?: number;
  /** Number of the first item; a second snapshot of a run goes on counting. Default 1. */
  firstNumber?: number;
  /** Probes at a time. Default 16. */
  parallel?: number;
  signal?: AbortSignal;
  /** One that the caller has already. */
  compiler?: ExpressionCompiler;
}

export interface SnapshotTaken {
  items: SnapshotItem[];
  /** By item id: the whole masked text of those that had to be cut, for `keepRows`. */
  whole: Map<string, string>;
  durationMs: number;
  /** To be stored; the one given when no journal was read. */
  journalBaseline: JournalBaseline | null;
  /** To be stored; those given when no probe follows one. */
  trends: TrendHistory;
  /**
   * Resolves when the processes of probes that missed the deadline are gone. They were told to end before the
   * snapshot was handed out; wait for this before the program exits. Never rejects.
   */
  settled: Promise<void>;
}

/** Per probe, what the next snapshot is compared with, and when it last answered. A JSON value. */
export type SnapshotSummary = Record<
  string,
  { status: SnapshotItem['status']; digest: string; okAt?: number | null }
>;

export function summariseForHistory(
  items: readonly SnapshotItem[],
  previous: SnapshotSummary | null = null,
): SnapshotSummary {
  return Object.fromEntries(
    items.map(({ probe, status, digest, at }) => {
      const okAt = status === 'ok' ? at : (previous?.[probe]?.okAt ?? null);
      return [probe, { status, digest, okAt }];
    }),
  );
}

/**
 * Runs all probes, in parallel, and hands out one item per probe in their order, `P1`, `P2`, … Resolves within the
 * deadline: a probe that is not done by then is `failed` with reason `deadline`. Rejects only when a gate or host
 * function does, which means that the run cannot go on.
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<SnapshotTaken> {
  const { specs, clock } = options;
  const startedAt = clock.now();
  const start = clock.elapsed();
  const items = new Map<ProbeSpec, SnapshotItem>();
  const whole = new Map<string, string>();
  let journalBaseline = options.journalBaseline;
  const trends: TrendHistory = { ...options.trends };

  const stop = new AbortController();
  const abort = () => stop.abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();

  const first = options.firstNumber ?? 1;
  const queue = specs.map((spec, index) => ({ spec, id: `P${first + index}` }));
  const compiler = options.compiler ?? createExpressionCompiler();
  const parallel = options.parallel ?? 16;
  const commands = specs.filter(({ gather: { kind } }) => kind !== 'http').length;
  const party = options.processes.together(Math.min(commands, parallel));
  let lastReading: Promise<unknown> = Promise.resolve();
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !stop.signal.aborted; next = queue.shift()) {
      const { spec, id } = next;
      const at = clock.now();
      const since = clock.elapsed();
      // Most of what could be asked is not there on most machines, and must cost nothing.
      const missing = missingFor(spec, options);
      const facts = missing === null ? await compileFacts(withTrees(compiler, spec.trees), spec) : NO_FACTS;
      const gathered = await look(spec, id, missing, options, party, stop.signal);
      if (stop.signal.aborted) return;
      // One after another: what the journal is known to say goes from one to the next.
      const reading = lastReading.then(() =>
        interpret(spec, facts, gathered, journalBaseline, trends[spec.name] ?? {}, clock.now()),
      );
      lastReading = reading;
      const read = await reading;
      if (read.samples !== undefined) trends[spec.name] = read.samples;
      if (read.journalBaseline !== undefined) journalBaseline = read.journalBaseline;
      const masked = options.mask(read.text);
      if (Buffer.byteLength(masked) > spec.limitBytes) whole.set(id, masked.slice(0, WHOLE_CHARACTERS));
      items.set(
        spec,
        toItem(spec, id, options, {
          ...read,
          text: masked,
          at,
          durationMs: Math.round(clock.elapsed() - since),
        }),
      );
    }
  };
  const all = Promise.all(Array.from({ length: parallel }, work));
  const isOver = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  const deadline = clock.sleep(options.deadlineMs ?? 10_000, isOver.signal);
  try {
    await Promise.race([all, deadline, stopped]);
  } finally {
    abort();
    isOver.abort();
    options.signal?.removeEventListener('abort', abort);
  }

  const reason = options.signal?.aborted ? 'aborted' : 'deadline';
  const durationMs = Math.round(clock.elapsed() - start);
  return {
    items: specs.map((spec, index) => {
      const late = { ...nothing('not-configured', ''), state: { status: 'failed' as const, reason } };
      return (
        items.get(spec) ??
        toItem(spec, `P${first + index}`, options, {
          gathered: late,
          facts: {},
          text: '',
          at: startedAt,
          durationMs,
        })
      );
    }),
    whole,
    durationMs,
    journalBaseline,
    trends,
    settled: all.then(
      () => undefined,
      () => undefined,
    ),
  };
}

/** Of one answer: rows further down are not looked for. */
const WHOLE_CHARACTERS = 256 * 1024;

/** Items that were cut, cut again so that the rows which findings are about stay. */
export function keepRows(
  { items, whole }: Pick<SnapshotTaken, 'items' | 'whole'>,
  findings: readonly Pick<Finding, 'probe' | 'object'>[],
  specs: readonly ProbeSpec[],
): SnapshotItem[] {
  return items.map((item) => {
    const text = whole.get(item.id);
    const limit = specs.find(({ name }) => name === item.probe)?.limitBytes;
    const names = findings.flatMap(({ probe, object }) => (probe === item.probe ? [object] : []));
    if (text === undefined || limit === undefined || names.length === 0) return item;
    return { ...item, text: capRows(text, limit, names) };
  });
}

/** Where nothing is asked, nothing is computed. */
const NO_FACTS: ComputeFacts = async () => ({ facts: {}, text: null });

/** Asks, together with the others; whoever asks no command lets them go ahead. Of several commands the first does. */
async function look(
  spec: ProbeSpec,
  id: string,
  missing: string | null,
  options: SnapshotOptions,
  party: Together,
  signal: AbortSignal,
): Promise<Gathered> {
  let isWaitedFor = spec.gather.kind !== 'http';
  const run: Together['run'] = (permit, runOptions) => {
    if (!isWaitedFor) return options.processes.run(permit, runOptions);
    isWaitedFor = false;
    return party.run(permit, runOptions);
  };
  try {
    if (missing !== null) return nothing('not-configured', missing);
    return await gather(spec, id, { ...options, processes: { ...options.processes, run } }, signal);
  } finally {
    if (isWaitedFor) party.excuse();
  }
}

interface Interpreted {
  gathered: Gathered;
  facts: Record<string, unknown>;
  text: string;
  journalBaseline?: JournalBaseline;
  samples?: Record<string, [number, number][]>;
}

async function interpret(
  spec: ProbeSpec,
  computeFacts: ComputeFacts,
  gathered: Gathered,
  known: JournalBaseline | null,
  measured: Record<string, [number, number][]>,
  now: number,
): Promise<Interpreted> {
  const withRemarks = (text: string) =>
    gathered.remarks === '' ? text : `${text}\n[stderr]\n${gathered.remarks}`.trim();
  const said = withRemarks(gathered.text);
  const failed = (reason: string): Interpreted => ({
    gathered: { ...gathered, state: { status: 'failed', reason } },
    facts: {},
    text: said,
  });
  if (gathered.state.status !== 'ok') return { gathered, facts: {}, text: said };
  let output = gathered.output;
  let text = said;
  let journalBaseline: JournalBaseline | undefined;
  if (spec.parse.kind === 'journal') {
    const summary = summariseJournal(gathered.text, known, now);
    ({ output, text, baseline: journalBaseline } = summary);
  } else if (output === undefined && spec.parse.kind !== 'answers') {
    // Half of a table read as if it were the whole would be a healthy answer that nobody gave.
    if (gathered.isTruncated) return failed(`the output was ${gathered.totalBytes} bytes, too much to judge`);
    const parsed = parseOutput(spec.parse, gathered.text);
    if (!parsed.ok) return failed(parsed.reason);
    output = parsed.output;
  }
  let samples: Record<string, [number, number][]> | undefined;
  const seconds = Math.floor(now / 1000);
  const refine = (fact: string, value: unknown): unknown => {
    if (spec.trend?.each !== fact) return value;
    const followed = followTrend(value, spec.trend, measured, seconds);
    samples = followed.samples;
    return followed.elements;
  };
  try {
    const { exit } = gathered;
    const computed = await computeFacts({ output, exit, given: spec.given, now: seconds }, refine);
    const shown = { facts: computed.facts, text: computed.text === null ? text : withRemarks(computed.text) };
    return {
      gathered,
      ...shown,
      ...(journalBaseline === undefined ? {} : { journalBaseline }),
      ...(samples === undefined ? {} : { samples }),
    };
  } catch (error) {
    if (error instanceof FactError) return failed(`fact "${error.fact}": ${error.message}`);
    throw error;
  }
}

/** The text of `read` is masked by now. */
function toItem(
  spec: ProbeSpec,
  id: string,
  options: SnapshotOptions,
  read: Interpreted & { at: number; durationMs: number },
): SnapshotItem {
  const { status, reason } = read.gathered.state;
  const digest = sha256(read.text).slice(0, 16);
  const shown = capText(read.text, spec.limitBytes);
  const before = options.previous?.[spec.name];
  return {
    id,
    probe: spec.name,
    describe: spec.describe,
    core: spec.core,
    command: options.mask(read.gathered.command ?? commandOf(spec, options.cwd)),
    host: options.host,
    at: read.at,
    durationMs: read.durationMs,
    status,
    reason: reason === null ? null : options.mask(reason),
    text: shown.text,
    totalBytes: Math.max(read.gathered.totalBytes, shown.totalBytes),
    isTruncated: shown.isTruncated || read.gathered.isTruncated,
    digest,
    change:
      before === undefined
        ? 'new'
        : before.digest === digest && before.status === status
          ? 'same'
          : 'changed',
    egress: spec.egress,
    facts: read.facts,
  };
}
