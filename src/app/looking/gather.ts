import {
  citeLooks,
  type FindingHistory,
  judgeRules,
  keepRows,
  mergeEntries,
  noteAsked,
  summariseForHistory,
  takeLooks,
  takeSnapshot,
} from '../../context/index.ts';
import { createExpressionCompiler } from '../../lib/expression.ts';
import type { BrokenRule, Finding } from '../../protocol/finding.ts';
import type { ProbeSpec } from '../../protocol/probe.ts';
import type { LookItem, SnapshotItem } from '../../protocol/snapshot.ts';
import type { RunScope } from '../run/open-run.ts';
import { recall, rememberSnapshot, updateHistory } from '../stored.ts';
import { askRootProbes } from './root-probes.ts';

/** What is true now, as far as probes could see it. */
export interface Gathered {
  items: SnapshotItem[];
  findings: Finding[];
  brokenRules: BrokenRule[];
  looks: LookItem[];
  durationMs: number;
  /** As it was before this look, and as it would be after. */
  history: { before: FindingHistory; after: FindingHistory } | null;
}

type Judged = Awaited<ReturnType<typeof judgeRules>>;

export interface GatherOptions {
  probes: readonly ProbeSpec[];
  /** Under which name the next snapshot finds this one. */
  slot: string;
  /** Keys of findings that this run opened before it was killed: that they are known by now is its own doing. */
  alreadyOpen: readonly string[];
  /** Why a finding does not open the gate although it is news: somebody looks into it elsewhere. By key. */
  findTaken?: (findings: readonly Finding[]) => Promise<ReadonlyMap<string, string>>;
  /** A second look, to verify, and a mere look teach the history nothing and run no look-steps. */
  isLookOnly: boolean;
  /** What was known before this run looked, so that a second look finds what the first found. */
  history?: FindingHistory;
}

/** As much of a run as looking needs. */
export type GatherScope = Pick<RunScope, 'world' | 'recorder' | 'gate' | 'processes' | 'signal'>;

/** Probes, rules, look-steps; each recorded before the next begins. */
export async function gather(scope: GatherScope, options: GatherOptions): Promise<Gathered> {
  const { world, recorder, gate, processes, signal } = scope;
  const { masker, clock, host, store, cwd } = world;
  const remembered = await recall(store, options.slot);
  const known = options.history ?? remembered.history;
  const next = recorder.next();
  for (const text of remembered.notices) recorder.record({ type: 'notice.given', level: 'warning', text });

  const compiler = createExpressionCompiler();
  const local = await takeSnapshot({
    specs: options.probes,
    gate,
    processes,
    http: world.http,
    clock,
    host: host.hostname,
    cwd,
    mask: masker.mask,
    exists: world.operatorFiles.exists,
    isTrustedExecutable: world.operatorFiles.isTrustedExecutable,
    isRoot: host.user === 'root',
    trends: remembered.trends,
    previous: remembered.previous,
    journalBaseline: remembered.journal,
    firstNumber: next.probe,
    signal,
    compiler,
  });
  const taken = await askRootProbes(world, local, {
    probes: options.probes,
    previous: remembered.previous,
    signal,
  });
  for (const { describe, rules } of options.probes) {
    recorder.origins.addWording([describe, ...rules.map(({ say }) => say)].join('\n'));
  }
  const inventories = new Map(options.probes.map(({ name, inventory }) => [name, inventory]));
  for (const { probe, facts } of taken.items) {
    recorder.origins.addFacts(facts, inventories.get(probe) ?? []);
  }
  const judgement = await judgeRules({
    items: taken.items,
    specs: options.probes,
    history: known,
    host: host.hostname,
    now: clock.now(),
    mask: masker.mask,
    firstNumber: next.finding,
    compiler,
  });
  // Judged first: the rows that findings are about stay in what is shown of a long answer.
  const items = keepRows(taken, judgement.findings, options.probes);
  recorder.record({
    type: 'snapshot.taken',
    items: items.map(({ facts: _, ...item }) => item),
    durationMs: taken.durationMs,
  });

  const judged = holdBack(
    keepOpen(judgement, options.alreadyOpen),
    (await options.findTaken?.(judgement.findings)) ?? new Map(),
    clock.now(),
  );
  const history = { before: known, after: judged.history };
  recorder.record({ type: 'findings.judged', findings: judged.findings, brokenRules: judged.brokenRules });
  if (options.isLookOnly) {
    await taken.settled;
    return { ...judged, history, items, looks: [], durationMs: taken.durationMs };
  }
  const names = options.probes.map(({ name }) => name);
  await updateHistory(store, (stored) => mergeEntries(stored, judged.history, names));
  await rememberSnapshot(store, options.slot, {
    summary: summariseForHistory(taken.items, remembered.previous),
    journal: taken.journalBaseline,
    trends: taken.trends,
  });

  const looked = await takeLooks({
    looks: judged.looks,
    gate,
    processes,
    clock,
    cwd,
    mask: masker.mask,
    firstNumber: next.look,
    signal,
  });
  for (const look of looked.looks) recorder.record({ type: 'look.taken', look });
  await Promise.all([taken.settled, looked.settled]);
  const findings = citeLooks(judged.findings, looked.looks);
  return {
    ...judged,
    history,
    findings,
    items,
    looks: looked.looks,
    durationMs: taken.durationMs,
  };
}

/** Who looks into it elsewhere stands for the model here, until it is news again. */
function holdBack(judged: Judged, taken: ReadonlyMap<string, string>, now: number): Judged {
  if (taken.size === 0) return judged;
  const findings = judged.findings.map((finding) => {
    const why = taken.get(finding.key);
    return why === undefined ? finding : { ...finding, isOpen: false, quietReason: why };
  });
  return { ...judged, findings, history: noteAsked(judged.history, [...taken.keys()], now) };
}

function keepOpen(judged: Judged, keys: readonly string[]): Judged {
  if (keys.length === 0) return judged;
  const findings = judged.findings.map((finding) =>
    keys.includes(finding.key) ? { ...finding, isOpen: true, quietReason: null } : finding,
  );
  const isOpen = new Map(findings.map((finding) => [finding.id, finding.isOpen]));
  const looks = judged.looks.map((look) => ({ ...look, isOpen: isOpen.get(look.finding) ?? look.isOpen }));
  return { ...judged, findings, looks };
}
