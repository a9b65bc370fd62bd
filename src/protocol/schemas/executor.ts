import { z } from 'zod';
import { APPROVAL_STATES } from '../approval.ts';
import { EFFECTS } from '../effect.ts';
import { EXECUTOR_VERSION, type ExecutorAnswer, type ExecutorRequest } from '../executor.ts';
import { ENDINGS, OUTCOMES, type Reason } from '../outcome.ts';
import { BRANCH } from './change.ts';
import { preconditions } from './change-event.ts';
import { eventSchema } from './event.ts';

/**
 * Both ends of the executor's socket. Requests are taken exactly: a field too many is a request of somebody else's. Of
 * answers only what the planner works with is read.
 */

const text = z.string();
const words = text.min(1).max(64 * 1024);
const name = text.regex(/^[\w@%+=:,./-]{1,256}$/);
const ms = z.number().min(0).max(86_400_000);
const path = text.regex(/^[^\0]{1,4096}$/);
const file = path;

const input = z.record(text, z.unknown());
const step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), line: words }),
  z.strictObject({ kind: z.literal('edit'), file, find: text.min(1), replace: text }),
  z.strictObject({ kind: z.literal('write'), file, text }),
  z.strictObject({ kind: z.literal('call'), tool: name, input }),
]);
const what = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), line: words }),
  z.strictObject({ kind: z.literal('http'), url: z.url() }),
  z.strictObject({ kind: z.literal('probe'), probe: name }),
  z.strictObject({ kind: z.literal('promql'), query: words }),
  z.strictObject({ kind: z.literal('call'), tool: name, input }),
]);
const expectation = z.strictObject({ what, expect: words, withinMs: ms, forMs: ms });
const target = z
  .strictObject({
    host: name.exactOptional(),
    cluster: name.exactOptional(),
    namespace: name.exactOptional(),
    unit: name.exactOptional(),
    path: name.exactOptional(),
  })
  .refine((places) => Object.keys(places).length > 0);
const change = z.strictObject({
  title: text.min(1).max(200),
  targets: z.array(target).max(64),
  why: text.nullable(),
  evidence: z.array(text.max(200)).max(100),
  preflight: z.array(expectation).max(100),
  apply: z.array(step).min(1).max(100),
  verify: z.array(expectation).min(1).max(100),
  rollback: z.union([z.literal('auto'), z.array(step).max(100)]),
  window: text.nullable(),
  git: z.strictObject({ branch: text.regex(BRANCH).max(200), message: words.max(4_000) }).exactOptional(),
});

const v = z.literal(EXECUTOR_VERSION);
const digest = text.regex(/^[0-9a-f]{64}$/);
const from = z.strictObject({ run: text.regex(/^[0-9a-f-]{36}$/), change: text.regex(/^X[1-9]\d{0,5}$/) });
const cwd = text.regex(/^\/[^\0]{0,4096}$/);
const approval = text.regex(/^a-[a-z0-9]{1,32}$/);
const comment = text.max(2_000).nullable();

export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ v, do: z.literal('plan'), change, cwd }),
  z.strictObject({ v, do: z.literal('run'), change, cwd, digest, from }),
  z.strictObject({
    v,
    do: z.literal('propose'),
    change,
    cwd,
    digest,
    from,
    goesOn: z.boolean().exactOptional(),
  }),
  z.strictObject({ v, do: z.literal('take'), approval }),
  z.strictObject({ v, do: z.literal('withdraw'), approval, why: text.max(2_000) }),
  z.strictObject({ v, do: z.literal('approve'), approval, digest, comment, run: z.boolean() }),
  z.strictObject({ v, do: z.literal('deny'), approval, digest, comment }),
  z.strictObject({ v, do: z.literal('list') }),
  z.strictObject({ v, do: z.literal('show'), approval }),
  z.strictObject({ v, do: z.literal('probe'), probe: text.regex(/^[\w.-]{1,100}$/) }),
  z.strictObject({ v, do: z.literal('ended'), from }),
]);

/** The version left out: it has been checked. */
export type ReadRequest = z.output<typeof requestSchema> & ExecutorRequest;

// Object.keys widens to string[]; the keys of ENDINGS are the reasons by definition.
const reason = z.enum(Object.keys(ENDINGS) as Reason[]);
const maybeText = text.nullable();
const approvalRecord = z.looseObject({
  id: text,
  state: z.enum(APPROVAL_STATES),
  title: text,
  target: text,
  effect: z.enum(EFFECTS),
  steps: z.array(text),
  undo: z.array(maybeText),
  commit: z.object({ branch: text, message: text }).optional(),
  digest: text,
  run: text,
  cwd: text,
  expiresAt: z.number(),
  asked: z.number(),
});

export const answerSchema = z.discriminatedUnion('say', [
  z.object({
    say: z.literal('planned'),
    plan: z.object({
      effect: z.enum(EFFECTS),
      steps: z.array(text),
      doubts: z.array(text),
      undo: z.array(maybeText),
      preconditions,
      digest,
    }),
    targets: z.array(text),
    standing: z.enum(['grant', 'ask', 'refuse']),
    why: maybeText,
  }),
  z.object({ say: z.literal('event'), time: text, event: eventSchema }),
  z.object({ say: z.literal('approvals'), approvals: z.array(approvalRecord) }),
  z.object({
    say: z.literal('shown'),
    isSame: z.boolean(),
    problem: maybeText,
    diffs: z.array(z.object({ path: text, diff: text })),
    proof: z.array(text),
  }),
  z.object({
    say: z.literal('probed'),
    item: z.looseObject({ probe: text }),
    findings: z.array(z.looseObject({})),
  }),
  z.object({ say: z.literal('working'), run: text }),
  z.object({
    say: z.literal('done'),
    run: maybeText,
    head: maybeText,
    outcome: z.enum(OUTCOMES).nullable(),
    end: z.enum(['held', 'refused', 'rolled-back', 'escalated']).nullable(),
    message: maybeText,
    approval: maybeText,
  }),
  z.object({ say: z.literal('refused'), code: text, reason, message: text, hint: maybeText }),
]);

/** The field that is wrong, or null for an answer that can be worked with. */
export function parseAnswer(value: unknown): ExecutorAnswer | null {
  const read = answerSchema.safeParse(value);
  // Approvals and items are the executor's own, of the same build; what was checked of them is what is worked with.
  return read.success ? (read.data as unknown as ExecutorAnswer) : null;
}
