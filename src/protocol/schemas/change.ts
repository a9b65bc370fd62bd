import { z } from 'zod';
import { parseDuration } from '../../lib/duration.ts';
import { parseWindow } from '../../lib/week-window.ts';
import type { Change, ChangeStep, ChangeTarget, Expectation } from '../change.ts';

/** A change as operators and models write it: each step is an object with one verb as its key. */

const words = z.string().trim().min(1, 'must not be empty');
const path = z
  .string()
  .min(1, 'must name a file')
  .refine((text) => !text.includes('\0'), 'must not hold NUL');

/** A check that is waited for longer holds the locks of its targets, and a way back, as long. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

const duration = z.union([z.string(), z.number()]).transform((written, context) => {
  const ms = typeof written === 'number' ? written * 1_000 : parseDuration(written);
  if (ms !== undefined && ms > LONGEST_WAIT_MS) {
    context.addIssue({ code: 'custom', message: 'must be at most 1h' });
    return z.NEVER;
  }
  if (ms !== undefined && ms >= 0 && Number.isFinite(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration like 500ms, 10s or 2m' });
  return z.NEVER;
});

const call = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .refine((record) => Object.keys(record).length === 1, 'must be one tool with its input');

const stepSchema = z.union(
  [
    z.strictObject({ run: words }),
    z.strictObject({ edit: z.strictObject({ file: path, find: z.string().min(1), replace: z.string() }) }),
    z.strictObject({ write: z.strictObject({ file: path, text: z.string() }) }),
    z.strictObject({ call }),
  ],
  {
    error:
      'must be one of `run: "line"`, `edit: {file, find, replace}`, `write: {file, text}`, `call: {Tool: {…}}`',
  },
);

const expectation = z
  .strictObject({
    run: words.optional(),
    http: z.url('must be a URL').optional(),
    probe: words.optional(),
    promql: words.optional(),
    call: call.optional(),
    expect: words.optional(),
    within: duration.optional(),
    for: duration.optional(),
  })
  .refine(
    (item) => VERBS.filter((verb) => item[verb] !== undefined).length === 1,
    'must have exactly one of `run`, `http`, `probe`, `promql`, `call`',
  );
const VERBS = ['run', 'http', 'probe', 'promql', 'call'] as const;

const steps = z.array(stepSchema);

/** What is put into command lines in place of `{target}`: nothing that a shell would read as more than a word. */
const name = z.string().regex(/^[\w@%+=:,./-]+$/, 'must be a plain name');
const PLACES = ['host', 'cluster', 'namespace', 'unit', 'path'] as const;
const target = z.union(
  [
    name.transform(placeOf),
    z
      .strictObject({
        host: name.exactOptional(),
        cluster: name.exactOptional(),
        namespace: name.exactOptional(),
        unit: name.exactOptional(),
        path: name.exactOptional(),
      })
      .refine((places) => Object.keys(places).length > 0, `must have one of ${PLACES.join(', ')}`),
  ],
  { error: `must be a plain name, or have one of ${PLACES.join(', ')}` },
);

/** `unit:nginx.service`, or a name that shows by itself what it is. */
function placeOf(text: string): ChangeTarget {
  const [kind, ...rest] = text.split(':');
  const place = PLACES.find((known) => known === kind);
  if (place !== undefined && rest.length > 0) return { [place]: rest.join(':') };
  if (text.startsWith('/')) return { path: text };
  return /\.(service|socket|timer|mount|target|path|slice)$/.test(text) ? { unit: text } : { host: text };
}

/** As `git check-ref-format` allows it, and nothing that a shell or an option could make something else of. */
export const BRANCH = /^(?!.*(?:\.\.|\/\/|\.lock$))[A-Za-z0-9_][\w./-]*[\w-]$/;

export const changeSchema = z.strictObject({
  title: words.max(200, 'must be at most 200 characters'),
  targets: z.array(target).default([]),
  why: z.string().nullish(),
  evidence: z.array(words).default([]),
  preflight: z.array(expectation).default([]),
  apply: steps.min(1, 'must hold at least one step'),
  verify: z.array(expectation).min(1, 'must hold at least one check: what nothing verifies is not a change'),
  rollback: z
    .union([z.literal('auto'), steps], { error: 'must be `auto` or a list of steps' })
    .default('auto'),
  window: words
    .refine((text) => parseWindow(text) !== undefined, 'must be like `02:00-05:00` or `Sat,Sun 22:00-06:00`')
    .nullish(),
  git: z
    .strictObject({
      branch: z.string().regex(BRANCH, 'must be the name of a branch'),
      message: words,
    })
    .exactOptional(),
});

export type WrittenChange = z.output<typeof changeSchema>;

/** How long a verification has to hold when nobody says, milliseconds. */
const HOLD_MS = 1_000;

/** From how it is written to how it is worked with. */
export function toChange(written: WrittenChange): Change {
  return {
    title: written.title,
    targets: written.targets,
    why: written.why ?? null,
    evidence: written.evidence,
    preflight: written.preflight.map((item) => toExpectation(item, 0)),
    apply: written.apply.map(toStep),
    verify: written.verify.map((item) => toExpectation(item, HOLD_MS)),
    rollback: written.rollback === 'auto' ? 'auto' : written.rollback.map(toStep),
    window: written.window ?? null,
    ...(written.git === undefined ? {} : { git: written.git }),
  };
}

function toStep(written: z.output<typeof stepSchema>): ChangeStep {
  if ('run' in written) return { kind: 'run', line: written.run };
  if ('edit' in written) return { kind: 'edit', ...written.edit };
  if ('write' in written) return { kind: 'write', ...written.write };
  return { kind: 'call', ...toCall(written.call) };
}

function toCall(written: z.output<typeof call>): { tool: string; input: Record<string, unknown> } {
  const [tool, input] = Object.entries(written)[0] ?? ['', {}];
  return { tool, input };
}

/** A check as it stands in a goal: the same form as in a change. */
export const writtenCheck = expectation;

export function toVerification(item: z.output<typeof expectation>): Expectation {
  return toExpectation(item, HOLD_MS);
}

function toExpectation(item: z.output<typeof expectation>, holdMs: number): Expectation {
  const what = toQuestion(item);
  const byDefault = what.kind === 'run' || what.kind === 'call' ? 'exit 0' : DEFAULT_EXPECT[what.kind];
  return { what, expect: item.expect ?? byDefault, withinMs: item.within ?? 0, forMs: item.for ?? holdMs };
}

const DEFAULT_EXPECT = {
  http: 'status >= 200 && status < 400',
  probe: 'findings == 0',
  promql: 'size(result) > 0',
};

function toQuestion(item: z.output<typeof expectation>): Expectation['what'] {
  if (item.run !== undefined) return { kind: 'run', line: item.run };
  if (item.http !== undefined) return { kind: 'http', url: item.http };
  if (item.probe !== undefined) return { kind: 'probe', probe: item.probe };
  if (item.promql !== undefined) return { kind: 'promql', query: item.promql };
  return { kind: 'call', ...toCall(item.call ?? {}) };
}
