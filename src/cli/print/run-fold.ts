import type { RunEvent } from '../../protocol/event.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { Isolation } from '../../protocol/isolation.ts';
import { addUsage, NO_USAGE, type StopReason, type Usage } from '../../protocol/model.ts';
import type { Check, ModelReport } from '../../protocol/report.ts';

export type ClosedEvent = Extract<RunEvent, { type: 'run.closed' }>;
export type OpenedEvent = Extract<RunEvent, { type: 'run.opened' }>;

/** Something that a claim can cite. */
export interface Evidence {
  id: string;
  kind: 'probe' | 'look' | 'call' | 'check';
  command: string;
  host: string | null;
  at: string;
  ok: boolean;
  summary: string;
}

export interface ModelTotals extends Usage {
  costUsd: number | null;
}

/** Everything the printers need of a run, folded from its events. */
export interface RunFold {
  opened: OpenedEvent | null;
  openedAt: string | null;
  isolation: Isolation | null;
  closed: ClosedEvent | null;
  findings: Finding[];
  evidence: Evidence[];
  notConfigured: string[];
  report: ModelReport | null;
  checks: Check[];
  denials: { tool_name: string; tool_use_id: string; tool_input: unknown }[];
  models: Map<string, ModelTotals>;
  usage: Usage;
  turns: number;
  modelMs: number;
  /** From the opening of the run to the first token of its first answer. */
  firstTokenMs: number | null;
  stopReason: StopReason | null;
  apiStatus: number | null;
  notices: string[];
  changes: ChangeFold[];
}

/** How a change went, as the result object tells it. */
export interface ChangeFold {
  id: string;
  title: string;
  digest: string;
  effect: string;
  targets: string[];
  steps: string[];
  /** null while it is not over. */
  end: string | null;
  failed: string | null;
  message: string | null;
}

export function emptyFold(): RunFold {
  return {
    opened: null,
    openedAt: null,
    isolation: null,
    closed: null,
    findings: [],
    evidence: [],
    notConfigured: [],
    report: null,
    checks: [],
    denials: [],
    models: new Map(),
    usage: NO_USAGE,
    turns: 0,
    modelMs: 0,
    firstTokenMs: null,
    stopReason: null,
    apiStatus: null,
    notices: [],
    changes: [],
  };
}

/** Changes `fold`. `time` is RFC 3339. */
export function foldEvent(fold: RunFold, event: RunEvent, time: string): void {
  switch (event.type) {
    case 'run.opened':
      fold.opened = event;
      fold.openedAt = time;
      fold.isolation = event.isolation;
      break;
    case 'isolation.found':
      fold.isolation = event.isolation;
      break;
    case 'snapshot.taken':
      foldSnapshot(fold, event);
      break;
    case 'findings.judged':
      fold.findings = event.findings;
      break;
    case 'look.taken': {
      const { look } = event;
      fold.evidence.push({
        id: look.id,
        kind: 'look',
        command: look.command,
        host: fold.opened?.host.hostname ?? null,
        at: new Date(look.at).toISOString(),
        ok: look.ok,
        summary: look.reason ?? `${look.text.length} bytes`,
      });
      fold.findings = fold.findings.map((finding) =>
        finding.id === look.finding ? { ...finding, evidence: [...finding.evidence, look.id] } : finding,
      );
      break;
    }
    case 'model.replied':
      foldReply(fold, event, time);
      break;
    case 'model.failed':
      fold.apiStatus = event.status;
      addModel(fold, event.model, event.usage, event.costUsd);
      break;
    case 'context.reduced':
      addModel(fold, fold.opened?.model ?? 'unknown', event.usage, event.costUsd);
      break;
    case 'call.finished':
      fold.evidence.push({
        id: event.call,
        kind: 'call',
        command: describeCall(event.tool, event.input),
        host: fold.opened?.host.hostname ?? null,
        at: time,
        ok: event.ok,
        summary: event.refused ? 'refused' : event.ok ? 'ok' : 'failed',
      });
      if (event.refused) {
        fold.denials.push({ tool_name: event.tool, tool_use_id: event.toolUseId, tool_input: event.input });
      }
      break;
    case 'report.made':
      fold.report = event.report;
      break;
    case 'checks.made':
      fold.checks = event.checks;
      break;
    case 'notice.given':
      fold.notices.push(event.text);
      break;
    case 'change.planned': {
      const { change: id, title, digest, effect, targets, steps } = event;
      fold.changes.push({
        id,
        title,
        digest,
        effect,
        targets,
        steps,
        end: null,
        failed: null,
        message: null,
      });
      break;
    }
    case 'change.ended':
      fold.changes = fold.changes.map((change) =>
        change.id === event.change
          ? { ...change, end: event.end, failed: event.failed, message: event.message }
          : change,
      );
      break;
    case 'run.closed':
      fold.closed = event;
      break;
  }
}

function foldSnapshot(fold: RunFold, event: Extract<RunEvent, { type: 'snapshot.taken' }>): void {
  const items = event.items.map((item) => ({
    id: item.id,
    kind: 'probe' as const,
    command: item.command,
    host: item.host,
    at: new Date(item.at).toISOString(),
    ok: item.status === 'ok',
    summary: item.reason === null ? item.status : `${item.status}: ${item.reason}`,
    probe: item.probe,
    status: item.status,
  }));
  fold.notConfigured = items.filter(({ status }) => status === 'not-configured').map(({ probe }) => probe);
  fold.evidence.push(
    ...items
      .filter(({ status }) => status !== 'not-configured')
      .map(({ probe: _, status: __, ...evidence }) => evidence),
  );
}

function foldReply(fold: RunFold, event: Extract<RunEvent, { type: 'model.replied' }>, time: string): void {
  fold.turns = event.turn;
  fold.modelMs += event.durationMs;
  fold.stopReason = event.stopReason;
  fold.apiStatus = null;
  if (fold.firstTokenMs === null && fold.openedAt !== null) {
    const sinceOpening = Date.parse(time) - Date.parse(fold.openedAt);
    fold.firstTokenMs = Math.max(0, sinceOpening - event.durationMs + event.firstTokenMs);
  }
  addModel(fold, event.model, event.usage, event.costUsd);
}

function addModel(fold: RunFold, model: string, usage: Usage, costUsd: number | null): void {
  const before = fold.models.get(model) ?? { ...NO_USAGE, costUsd: 0 };
  fold.models.set(model, {
    ...addUsage(before, usage),
    costUsd: before.costUsd === null || costUsd === null ? null : before.costUsd + costUsd,
  });
  fold.usage = addUsage(fold.usage, usage);
}

/** `Bash: systemctl status x` rather than JSON, where the input has one telling field. */
export function describeCall(tool: string, input: unknown): string {
  if (typeof input !== 'object' || input === null) return tool;
  const fields = input as Record<string, unknown>;
  const telling = fields.command ?? fields.file_path ?? fields.pattern;
  return typeof telling === 'string' ? `${tool}: ${telling}` : tool;
}
