import { z } from 'zod';
import { parseDuration } from '../../lib/duration.ts';
import { parseSize } from '../../lib/size.ts';
import { SEVERITIES } from '../finding.ts';
import type { ParseSpec } from '../probe.ts';

/**
 * What an operator writes in a probe file. Checks shapes only; what an expression means is checked by src/context.
 * Unknown keys are errors: a misspelt `severty` must not be a rule that is quietly different.
 */

const text = z.string().trim().min(1, 'is empty');
const identifier = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'is not a name (letters, digits and _, not beginning with a digit)');
const kebab = z.string().regex(/^[a-z][a-z0-9-]*$/, 'is not a name in lower case with hyphens');

const duration = z.string().transform((written, context) => {
  const ms = parseDuration(written);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'is not a duration such as 5s, 10m or 6h' });
  return z.NEVER;
});

const size = z.union([z.string(), z.number()]).transform((written, context) => {
  const bytes = parseSize(String(written));
  if (bytes !== undefined && bytes > 0) return bytes;
  context.addIssue({ code: 'custom', message: 'is not a size such as 4KiB' });
  return z.NEVER;
});

const argv = z.array(z.union([text, z.number().transform(String)])).min(1, 'names no program');

const COLUMN_TYPES = ['string', 'int', 'float', 'percent', 'bytes'] as const;
const column = z.string().transform((written, context) => {
  const [name = '', type = 'string'] = written.split(':');
  const known = COLUMN_TYPES.find((candidate) => candidate === type);
  if (known !== undefined && /^[a-zA-Z_]\w*$/.test(name)) return { name, type: known };
  context.addIssue({
    code: 'custom',
    message: `is not a column such as used:int (types: ${COLUMN_TYPES.join(', ')})`,
  });
  return z.NEVER;
});

const bareParse = z
  .enum(['json', 'jsonl', 'lines', 'none', 'keyvalue', 'records', 'journal', 'entries', 'answers'])
  .transform(
    (kind): ParseSpec => (kind === 'keyvalue' || kind === 'records' ? { kind, separator: '=' } : { kind }),
  );
const parse = z.union(
  [
    bareParse,
    z.strictObject({ kind: bareParse }).transform(({ kind }) => kind),
    z
      .strictObject({ kind: z.enum(['keyvalue', 'records']), separator: z.string().min(1) })
      .transform((spec): ParseSpec => spec),
    z
      .strictObject({
        kind: z.literal('columns').optional(),
        columns: z.array(column).min(1),
        skip: z.int().min(0).default(0),
      })
      .transform(({ columns, skip }): ParseSpec => ({ kind: 'columns', columns, skip })),
  ],
  {
    error:
      'is none of: json, jsonl, lines, keyvalue, records, journal, entries, answers, none, { columns: […], skip: 1 }',
  },
);

const example = z.strictObject({
  facts: z.record(z.string(), z.unknown()),
  before: z.record(z.string(), z.unknown()).optional(),
  finds: z.array(z.string()),
});

const rule = z
  .strictObject({
    id: kebab,
    each: identifier.nullable().default(null),
    as: identifier.default('it'),
    object: text.nullable().default(null),
    when: text.default('true'),
    changed: text.nullable().default(null),
    measure: text.nullable().default(null),
    severity: z.enum(SEVERITIES),
    class: z.enum(['safe', 'risky', 'advisory']).default('advisory'),
    cooldown: duration.default(6 * 3_600_000),
    say: text,
    look: z.array(argv).default([]),
    examples: z.array(example).min(2, 'needs at least two examples: one that finds and one that does not'),
  })
  .refine((r) => r.each === null || r.object !== null, {
    path: ['object'],
    error: 'is needed beside `each`: two findings would have the same name',
  })
  .refine((r) => r.when !== 'true' || r.changed !== null || r.each !== null, {
    path: ['when'],
    error: 'is missing: without `when`, `changed` or `each` the rule would always match',
  })
  .refine((r) => r.examples.some((e) => e.finds.length > 0) && r.examples.some((e) => e.finds.length === 0), {
    path: ['examples'],
    error: 'need one that finds something and one that finds nothing',
  })
  .transform(({ cooldown, ...r }) => ({ ...r, cooldownMs: cooldown }));

const status = z.int().min(100).max(599);
const endpoint = z
  .strictObject({
    name: text,
    url: z
      .string()
      .refine(
        (url) => url.startsWith('{') || (/^https?:/.test(url) && URL.canParse(url)),
        'is not an http or https address',
      ),
    expect: z.union([status, z.array(status).min(1)]).default(200),
    each: identifier.optional(),
    as: identifier.default('it'),
  })
  .transform(({ expect, each, as, ...rest }) => {
    const [expectStatus = 200, ...alsoExpect] = Array.isArray(expect) ? expect : [expect];
    return {
      ...rest,
      expectStatus,
      ...(alsoExpect.length === 0 ? {} : { alsoExpect }),
      ...(each === undefined ? {} : { each, as }),
    };
  });

const credential = z.strictObject({
  header: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'is not the name of a header'),
  prefix: z.string().default(''),
  name: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'is not the name of a variable'),
});

const parameter = z
  .strictObject({
    about: text,
    example: z.unknown(),
    default: z.unknown().optional(),
    from: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'is not the name of a variable')
      .optional(),
  })
  .transform(({ about, example, default: standard, from }) => ({
    about,
    example,
    default: standard ?? null,
    from: from ?? null,
  }));

const stepParse = parse.refine((spec) => spec.kind !== 'journal' && spec.kind !== 'answers', {
  error: 'is not for one of several commands',
});
const step = z
  .strictObject({
    run: argv,
    parse: stepParse.default({ kind: 'none' }),
    okExits: z.array(z.int().min(0).max(255)).default([]),
    each: z
      .string()
      .regex(/^[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*$/, 'is not a list such as given.paths or scan.devices')
      .optional(),
    as: identifier.default('it'),
  })
  .transform(({ run, each, ...rest }) => ({ ...rest, argv: run, each: each ?? null }));

/** A word does not become a name by standing on a line of its own. */
function isFreeText({ kind }: ParseSpec): boolean {
  return ['lines', 'none', 'journal', 'entries'].includes(kind);
}

export const probeSchema = z
  .strictObject({
    describe: text,
    core: z.boolean().default(false),
    needs: z.union([text.transform((one) => [one]), z.array(text)]).default([]),
    run: argv.optional(),
    steps: z.record(identifier, step).optional(),
    http: z.array(endpoint).optional(),
    credential: credential.optional(),
    parameters: z.record(identifier, parameter).default({}),
    access: text.nullable().default(null),
    sign: z.array(text).default([]),
    privilege: z.enum(['any', 'root']).default('any'),
    executable: z.string().startsWith('/', 'is not an absolute path').optional(),
    okExits: z.array(z.int().min(0).max(255)).default([]),
    parse: parse.default({ kind: 'none' }),
    facts: z.record(identifier, text).default({}),
    trend: z.strictObject({ each: identifier, key: identifier, value: identifier }).nullable().default(null),
    inventory: z
      .array(
        z
          .string()
          .regex(/^[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*$/, 'is not a fact, or a field such as disks.mount'),
      )
      .default([]),
    show: text.nullable().default(null),
    limit: size.default(4096),
    timeout: duration.default(5_000),
    egress: z.enum(['any', 'local']).default('any'),
    rules: z.array(rule).default([]),
  })
  .superRefine((probe, context) => {
    const kinds = [probe.run, probe.steps, probe.http, probe.executable].filter((kind) => kind !== undefined);
    if (kinds.length !== 1) {
      context.addIssue({
        code: 'custom',
        message: 'needs exactly one of `run`, `steps`, `http` and `executable`',
      });
    }
    if (probe.parse.kind === 'answers' && probe.http === undefined) {
      context.addIssue({ code: 'custom', path: ['parse'], message: 'answers are what `http` gets' });
    }
    if (probe.trend !== null && !Object.hasOwn(probe.facts, probe.trend.each)) {
      context.addIssue({
        code: 'custom',
        path: ['trend', 'each'],
        message: `there is no fact ${probe.trend.each}`,
      });
    }
    const isFetched = probe.http !== undefined && !['none', 'answers'].includes(probe.parse.kind);
    if (isFetched && probe.http?.length !== 1) {
      context.addIssue({
        code: 'custom',
        path: ['parse'],
        message: 'of an answer needs exactly one endpoint',
      });
    }
    for (const [index, field] of probe.inventory.entries()) {
      const fact = field.split('.')[0] ?? '';
      if (!Object.hasOwn(probe.facts, fact)) {
        context.addIssue({
          code: 'custom',
          path: ['inventory', index],
          message: `there is no fact ${fact}`,
        });
      }
    }
    if (probe.inventory.length > 0 && probe.run !== undefined && isFreeText(probe.parse)) {
      context.addIssue({
        code: 'custom',
        path: ['inventory'],
        message: `what is read as ${probe.parse.kind} is free text, and none of it inventory`,
      });
    }
    const ids = probe.rules.map((r) => r.id);
    const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
    if (twice >= 0) {
      context.addIssue({ code: 'custom', path: ['rules', twice, 'id'], message: 'is used twice' });
    }
  });

export type ProbeFile = z.output<typeof probeSchema>;
