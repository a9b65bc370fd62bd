import { z } from 'zod';
import { AUTONOMIES, EFFECTS, PERMISSION_MODES } from '../effect.ts';
import type { RunEvent } from '../event.ts';
import { SEVERITIES } from '../finding.ts';
import { STEP_ORIGINS } from '../gate.ts';
import { ISOLATIONS } from '../isolation.ts';
import { ENDINGS, OUTCOMES, type Reason } from '../outcome.ts';
import { changeEvents } from './change-event.ts';

/**
 * Events as they are read back from a log. Keys that a newer steward added are let through; a kind of event that this
 * one does not know is a problem to report, not to guess about.
 */

const text = z.string();
const count = z.number();
const maybeText = text.nullable();
const maybeCount = count.nullable();
const texts = z.array(text);
const effect = z.enum(EFFECTS);
const severity = z.enum(SEVERITIES);
const outcome = z.enum(OUTCOMES);
// Object.keys widens to string[]; the keys of ENDINGS are the reasons by definition.
const reason = z.enum(Object.keys(ENDINGS) as Reason[]);

const usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
});

const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('thinking'), text, signature: text.exactOptional() }),
  z.object({
    type: z.literal('tool_use'),
    id: text,
    name: text,
    input: z.unknown(),
    brokenInput: text.exactOptional(),
  }),
  z.object({ type: z.literal('tool_result'), toolUseId: text, content: text, isError: z.boolean() }),
]);

const message = z.object({ role: z.enum(['user', 'assistant']), content: z.array(block) });

const trigger = z.object({
  kind: z.enum(['manual', 'timer', 'alert', 'on-failure', 'resume']),
  payload: z.unknown(),
  parent: maybeText,
  depth: z.exactOptional(count),
  by: z.exactOptional(maybeText),
});

const host = z.object({ hostname: text, machine: text, kernel: text, user: text });

const target = z.object({ kind: z.enum(['host', 'unit', 'path', 'endpoint', 'none']), name: text });

const snapshotItem = z.object({
  id: text,
  probe: text,
  describe: text,
  core: z.boolean(),
  command: text,
  host: text,
  at: count,
  durationMs: count,
  status: z.enum(['ok', 'not-configured', 'unreachable', 'failed']),
  reason: maybeText,
  text,
  totalBytes: count,
  isTruncated: z.boolean(),
  digest: text,
  change: z.enum(['new', 'same', 'changed']),
  egress: z.enum(['any', 'local']),
});

const look = z.object({
  id: text,
  finding: text,
  command: text,
  at: count,
  ok: z.boolean(),
  reason: maybeText,
  text,
});

const finding = z.object({
  id: text,
  key: text,
  rule: text,
  probe: text,
  severity,
  class: z.enum(['safe', 'risky', 'advisory']),
  object: text,
  text,
  evidence: texts,
  state: z.enum(['new', 'worse', 'standing', 'returned']),
  since: count,
  isOpen: z.boolean(),
  isUnasked: z.literal(true).exactOptional(),
  quietReason: maybeText,
});

const report = z.object({
  outcome,
  summary: text,
  findings: z.array(z.object({ text, severity, evidence: texts })),
  actions: z.array(z.object({ text, evidence: texts })),
  advice: texts,
});

const check = z.object({
  id: text,
  text,
  verdict: z.enum(['passed', 'failed', 'skipped']),
  detail: text,
  evidence: texts,
});

const begun = { step: text, effect, command: text };

const question = z.object({
  id: text,
  step: text,
  command: text,
  cwd: text,
  diffs: z.exactOptional(z.array(z.object({ path: text, diff: text }))),
  proof: z.exactOptional(texts),
  effect,
  target,
  rule: text,
  reason: text,
  origins: z.array(z.object({ word: text, source: text })),
  offer: z.object({ rule: text, matches: texts, misses: texts }).nullable(),
  wantsTerminal: z.boolean(),
});

export const eventSchema = z.discriminatedUnion('type', [
  ...changeEvents,
  z.object({
    type: z.literal('run.opened'),
    run: text,
    steward: text,
    goal: maybeText,
    prompt: maybeText,
    trigger,
    host,
    cwd: text,
    model: maybeText,
    provider: z.exactOptional(text),
    keySource: z.exactOptional(maybeText),
    parameters: z.exactOptional(z.record(z.string(), text)),
    attachmentBytes: z.exactOptional(count),
    tools: texts,
    denied: z.exactOptional(texts),
    mode: z.enum(PERMISSION_MODES),
    autonomy: z.enum(AUTONOMIES),
    policyDigest: text,
    isolation: z.enum(ISOLATIONS),
  }),
  z.object({ type: z.literal('isolation.found'), isolation: z.enum(ISOLATIONS), problem: maybeText }),
  z.object({
    type: z.literal('run.resumed'),
    model: maybeText,
    provider: z.exactOptional(text),
    prompt: maybeText,
    preface: z.exactOptional(texts),
    input: z.exactOptional(text),
    denied: z.exactOptional(texts),
  }),
  z.object({ type: z.literal('run.named'), name: text }),
  z.object({
    type: z.literal('run.rewound'),
    point: count,
    prompt: text,
    restored: texts,
    refused: z.array(z.object({ path: text, reason: text })),
  }),
  z.object({ type: z.literal('operator.began'), id: text, command: text, cwd: text, isTold: z.boolean() }),
  z.object({
    type: z.literal('operator.ended'),
    id: text,
    exitCode: maybeCount,
    signal: maybeText,
    durationMs: count,
    outputBytes: count,
    output: maybeText,
  }),
  z.object({
    type: z.literal('log.repaired'),
    cutBytes: count,
    damagedLines: z.array(count),
    unknownSteps: texts,
    unansweredCalls: texts,
  }),
  z.object({ type: z.literal('snapshot.taken'), items: z.array(snapshotItem), durationMs: count }),
  z.object({
    type: z.literal('findings.judged'),
    findings: z.array(finding),
    brokenRules: z.array(z.object({ rule: text, probe: text, error: text })),
  }),
  z.object({ type: z.literal('look.taken'), look }),
  z.object({
    type: z.literal('prompt.built'),
    system: texts,
    messages: z.array(message),
    marker: text,
    bytes: count,
    place: z.enum(['cloud', 'local']).exactOptional(),
  }),
  z.object({
    type: z.literal('message.added'),
    message,
    by: z.exactOptional(z.enum(['operator', 'trigger'])),
    place: z.exactOptional(z.enum(['cloud', 'local'])),
  }),
  z.object({ type: z.literal('model.requested'), turn: count, model: text, reservedUsd: maybeCount }),
  z.object({
    type: z.literal('model.replied'),
    turn: count,
    model: text,
    content: z.array(block),
    stopReason: z.enum(['end_turn', 'tool_use', 'max_tokens', 'refusal', 'stop_sequence', 'interrupted']),
    usage,
    costUsd: maybeCount,
    durationMs: count,
    firstTokenMs: count,
  }),
  z.object({
    type: z.literal('model.failed'),
    model: text,
    class: z.enum(['retry', 'wait', 'money', 'login', 'bad-request', 'broken-reply', 'aborted']),
    status: maybeCount,
    message: text,
    resumeAt: maybeCount,
    attempt: count,
    pauseMs: z.exactOptional(z.number().min(0).nullable()),
    usage,
    costUsd: maybeCount,
  }),
  z.object({
    type: z.literal('step.decided'),
    ...begun,
    origin: z.enum(STEP_ORIGINS),
    target,
    verdict: z.enum(['allow', 'ask', 'deny']),
    decision: z.enum(['allow', 'refuse']),
    rule: text,
    reason: text,
  }),
  z.object({ type: z.literal('step.asked'), step: text, question }),
  z.object({
    type: z.literal('step.answered'),
    step: text,
    question: text,
    answer: z.enum(['once', 'run', 'deny']),
    comment: maybeText,
    rule: z.object({ rule: text, applies: z.boolean() }).nullable(),
  }),
  z.object({ type: z.literal('step.started'), ...begun }),
  z.object({
    type: z.literal('step.finished'),
    step: text,
    ok: z.boolean(),
    summary: text,
    durationMs: count,
  }),
  z.object({ type: z.literal('step.unknown'), ...begun }),
  z.object({
    type: z.literal('file.checkpointed'),
    step: text,
    path: text,
    before: maybeText,
    after: maybeText,
  }),
  z.object({
    type: z.literal('call.finished'),
    call: text,
    toolUseId: text,
    tool: text,
    input: z.unknown(),
    ok: z.boolean(),
    text,
    refused: z.boolean(),
    durationMs: count,
  }),
  z.object({
    type: z.literal('context.reduced'),
    method: z.enum(['prune', 'summarise']),
    droppedBytes: count,
    messages: z.array(message),
    usage,
    costUsd: maybeCount,
  }),
  z.object({ type: z.literal('report.made'), report }),
  z.object({ type: z.literal('checks.made'), checks: z.array(check) }),
  z.object({ type: z.literal('notice.given'), level: z.enum(['info', 'warning']), text }),
  z.object({
    type: z.literal('run.closed'),
    outcome,
    reason,
    message: maybeText,
    result: maybeText,
    resumeAt: maybeCount,
    turns: count,
    usage,
    costUsd: maybeCount,
    durationMs: count,
  }),
]) satisfies z.ZodType<RunEvent>;
