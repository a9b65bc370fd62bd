import { createExpressionCompiler, type ExpressionCompiler, withTrees } from '../lib/expression.ts';
import { oneLine } from '../lib/one-line.ts';
import { type BrokenRule, type Finding, isForModel, SEVERITIES } from '../protocol/finding.ts';
import type { ProbeSpec, RuleSpec } from '../protocol/probe.ts';
import type { SnapshotItem } from '../protocol/snapshot.ts';
import {
  type FindingHistory,
  type HistoryEntry,
  isUnasked,
  type Mute,
  pruneHistory,
  REMEMBER_GONE_MS,
} from './finding-history.ts';
import { compileRule, type Match, type PlannedArgv } from './match-rule.ts';

export interface JudgeOptions {
  items: readonly SnapshotItem[];
  specs: readonly ProbeSpec[];
  history: FindingHistory;
  host: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Number of the first finding. Default 1. */
  firstNumber?: number;
  /** Findings are logged and sent; what probes saw may hold secrets. */
  mask?: (text: string) => string;
  /** One that the caller has already. */
  compiler?: ExpressionCompiler;
}

export interface Judged {
  /** Worst first; the same input gives the same ids. */
  findings: Finding[];
  brokenRules: BrokenRule[];
  /** To be stored once the run went on from here. */
  history: FindingHistory;
  /** Look-steps of the findings, for takeLooks. */
  looks: PlannedLook[];
}

export interface PlannedLook {
  finding: string;
  isOpen: boolean;
  step: PlannedArgv;
}

/** No finding is looked away from for longer than this because nothing changed. */
const LONGEST_COOLDOWN_MS = 7 * 86_400_000;

/**
 * Applies the rules of every probe that worked to its facts. Pure. What a probe that failed had found before keeps
 * its state: not seeing is not the same as gone.
 */
export async function judgeRules(options: JudgeOptions): Promise<Judged> {
  const { history, now } = options;
  const mask = options.mask ?? ((text: string) => text);
  const { sightings, brokenRules, judged, seen } = await matchRules(options);

  const entries: Record<string, HistoryEntry> = { ...history.entries };
  const found: { finding: Omit<Finding, 'id'>; looks: PlannedArgv[] }[] = [];
  for (const { key, probe, rule, match, item } of sightings) {
    const next = nextEntry(history.entries[key], rule, probe, match.measure, history.mutes[key], now);
    entries[key] = next.entry;
    const { severity, class: safety, id } = rule;
    const { since } = next.entry;
    // Whoever names a file, a job or a log's source must not write further lines into a report.
    const object = oneLine(mask(match.object));
    const text = oneLine(mask(match.text));
    const { state, isOpen, quietReason } = next;
    const unasked = next.isCooling && isUnasked(next.entry) ? { isUnasked: true as const } : {};
    const about = {
      key,
      rule: id,
      probe,
      severity,
      class: safety,
      object,
      text,
      evidence: [item.id],
    };
    found.push({ finding: { ...about, state, since, isOpen, ...unasked, quietReason }, looks: match.looks });
  }
  const present = new Set(sightings.map(({ key }) => key));
  for (const [key, entry] of Object.entries(entries)) {
    if (
      entry.goneAt === null &&
      !present.has(key) &&
      judged.has(entry.probe) &&
      !isBroken(brokenRules, entry)
    ) {
      entries[key] = { ...entry, goneAt: now };
    }
  }

  // Array.sort is stable: within a severity, probes, rules and objects keep their order.
  found.sort((a, b) => SEVERITIES.indexOf(b.finding.severity) - SEVERITIES.indexOf(a.finding.severity));
  const first = options.firstNumber ?? 1;
  const findings = found.map(({ finding }, index) => ({ id: `F${first + index}`, ...finding }));
  return {
    findings,
    brokenRules,
    history: pruneHistory(
      { version: 1, entries, mutes: history.mutes, seen: { ...history.seen, ...seen } },
      now,
    ),
    looks: findings.flatMap((finding, index) =>
      (found[index]?.looks ?? []).map((step) => ({
        finding: finding.id,
        isOpen: isForModel(finding),
        step,
      })),
    ),
  };
}

interface Sighting {
  key: string;
  probe: string;
  rule: RuleSpec;
  match: Match;
  item: SnapshotItem;
}

async function matchRules(options: JudgeOptions) {
  const { items, specs, history, host, now, mask = (text) => text } = options;
  const compiler = options.compiler ?? createExpressionCompiler();
  const sightings = new Map<string, Sighting>();
  const brokenRules: BrokenRule[] = [];
  const judged = new Set<string>();
  const seen: FindingHistory['seen'] = {};
  for (const item of items) {
    const spec = specs.find((candidate) => candidate.name === item.probe);
    if (spec === undefined || item.status !== 'ok') continue;
    judged.add(spec.name);
    for (const rule of spec.rules) {
      const memory = `${spec.name}.${rule.id}`;
      const before = history.seen[memory];
      const compiled = await compileRule(withTrees(compiler, spec.trees), rule, Object.keys(spec.facts));
      const result = await compiled.match(
        item.facts,
        host,
        before === undefined ? null : { has: (value) => Object.hasOwn(before, mask(value)) },
      );
      if (result.error !== null) brokenRules.push({ rule: rule.id, probe: spec.name, error: result.error });
      if (result.seen !== null) {
        seen[memory] = { ...before, ...Object.fromEntries(result.seen.map((value) => [mask(value), now])) };
      }
      for (const match of result.matches) {
        // What is kept from run to run is kept masked; tokens are the same in every run.
        const short = oneLine(mask(`${rule.id}:${match.object}`));
        const isTaken = (sightings.get(short)?.probe ?? spec.name) !== spec.name;
        const key = isTaken ? `${spec.name}/${short}` : short;
        if (!sightings.has(key)) sightings.set(key, { key, probe: spec.name, rule, match, item });
      }
    }
  }
  return { sightings: [...sightings.values()], brokenRules, judged, seen };
}

interface Next {
  entry: HistoryEntry;
  state: Finding['state'];
  isOpen: boolean;
  /** Quiet because it was told lately, and for no other reason. */
  isCooling: boolean;
  quietReason: string | null;
}

/** Before steward was: a clock that shows less stands where boards without a battery begin. */
const CLOCK_IS_SET_MS = Date.UTC(2025, 0);

/** The life of a finding, one sighting on. */
function nextEntry(
  old: HistoryEntry | undefined,
  rule: RuleSpec,
  probe: string,
  measure: number | null,
  mute: Mute | undefined,
  now: number,
): Next {
  const { severity, cooldownMs } = rule;
  const isForgotten = old !== undefined && old.goneAt !== null && now - old.goneAt >= REMEMBER_GONE_MS;
  const known = isForgotten ? undefined : old;
  const state = stateOf(known, rule, measure);
  // A clock that was ahead for a while (a board without a battery) must not keep a finding quiet until it is that late.
  // One that nobody has set yet since the board started says nothing about what was written before.
  const latest = now < CLOCK_IS_SET_MS ? Number.POSITIVE_INFINITY : now;
  const byNow = (at: number | null | undefined): number | null => (at == null ? null : Math.min(at, latest));
  const base: HistoryEntry = {
    rule: rule.id,
    probe,
    severity,
    since: state === 'new' || state === 'returned' ? now : (byNow(known?.since) ?? now),
    lastSeen: now,
    openedAt: byNow(known?.openedAt),
    openedMeasure: known?.openedMeasure ?? null,
    askedAt: byNow(known?.askedAt),
    cooldownMs: known?.cooldownMs ?? cooldownMs,
    returns: (known?.returns ?? 0) + (state === 'returned' ? 1 : 0),
    goneAt: null,
  };
  if (mute !== undefined && mute.untilMs > now) {
    const quietReason = `muted until ${new Date(mute.untilMs).toISOString()} by ${mute.by}`;
    return { entry: base, state, isOpen: false, isCooling: false, quietReason };
  }
  const coolUntil = base.openedAt === null ? now : base.openedAt + base.cooldownMs;
  // Somebody may have fixed it, so its first return is news. One that comes and goes is a single piece of news.
  const isNews = state === 'new' || state === 'worse' || (state === 'returned' && base.returns === 1);
  if (!isNews && now < coolUntil) {
    return {
      entry: base,
      state,
      isOpen: false,
      isCooling: true,
      quietReason: `cooling down until ${new Date(coolUntil).toISOString()}`,
    };
  }
  const wasQuiet = base.openedAt !== null && !isNews;
  const opened: HistoryEntry = {
    ...base,
    openedAt: now,
    openedMeasure: measure,
    cooldownMs: wasQuiet
      ? Math.min(base.cooldownMs * 2, Math.max(LONGEST_COOLDOWN_MS, cooldownMs))
      : cooldownMs,
    returns: wasQuiet && state === 'standing' ? 0 : base.returns,
  };
  return { entry: opened, state, isOpen: true, isCooling: false, quietReason: null };
}

function stateOf(known: HistoryEntry | undefined, rule: RuleSpec, measure: number | null): Finding['state'] {
  if (known === undefined) return 'new';
  if (known.goneAt !== null) return 'returned';
  const isGraver = SEVERITIES.indexOf(rule.severity) > SEVERITIES.indexOf(known.severity);
  const isMore = measure !== null && known.openedMeasure !== null && measure > known.openedMeasure;
  return isGraver || isMore ? 'worse' : 'standing';
}

function isBroken(brokenRules: readonly BrokenRule[], entry: HistoryEntry): boolean {
  return brokenRules.some(({ rule, probe }) => rule === entry.rule && probe === entry.probe);
}
