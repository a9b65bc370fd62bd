import { z } from 'zod';

/** The YAML form of a program spec. Lists of names are written as one string, separated by spaces. */
const names = z.union([
  z.string().transform((text) => text.split(/\s+/).filter((word) => word !== '')),
  z.array(z.string()),
]);
const effect = z.enum(['observe', 'reversible', 'disruptive', 'irreversible']);

const node = z.strictObject({
  effect: effect.optional(),
  verdict: z.enum(['allow', 'ask', 'deny']).optional(),
  reason: z.string().optional(),
  options: z.record(z.string(), names).optional(),
  deny: z.record(z.string(), z.string()).optional(),
  requires: names.optional(),
  companions: z.record(z.string(), names).optional(),
  operands: z.string().optional(),
  local: z.boolean().optional(),
  minimum: z.int().optional(),
  scriptOptions: names.optional(),
  recursive: names.optional(),
  harmless: z.boolean().optional(),
  changes: z.partialRecord(effect, names).optional(),
  get verbs() {
    return z.record(z.string(), z.union([z.null(), node])).optional();
  },
  get variants() {
    return z.array(node).optional();
  },
});

export const programSpecSchema = z.strictObject({
  ...node.shape,
  names,
  profile: z.enum(['text', 'files', 'host', 'cluster']),
  environment: names.pipe(z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/))).optional(),
  repository: z.strictObject({ except: names }).optional(),
  reaches: names.pipe(z.array(z.string().regex(/^~?\/./))).optional(),
  target: z
    .strictObject({
      kind: z.enum(['unit', 'endpoint']),
      operands: z.boolean().default(false),
      options: names.default([]),
      variable: z.string().optional(),
      otherwise: z.string().optional(),
    })
    .optional(),
  things: z
    .array(
      z.strictObject({
        kind: z.string().regex(/^[a-z][a-z ]*$/),
        /** `alloc logs/1|job status|/1`: verb paths, separated by `|`, with how many of their operands are names. */
        at: z.string().optional(),
        options: names.default([]),
        values: names.default([]),
        list: names.pipe(z.array(z.string()).min(1)),
        parse: z.enum(['words', 'first', 'last', 'ports', 'addresses', 'ids']).default('first'),
        prefix: z.boolean().default(false),
        scope: names.default([]),
        type: z.string().optional(),
        pattern: z.string().optional(),
      }),
    )
    .optional(),
  syntax: z.enum(['getopt', 'pflag', 'go', 'find', 'none']).default('getopt'),
  allow: z.array(z.string()).default([]),
  not_allow: z.array(z.string()).default([]),
});

/** One program, or a family of them in one file. */
export const programSpecFileSchema = z.union([programSpecSchema, z.array(programSpecSchema)]);

export type RawProgramSpec = z.infer<typeof programSpecSchema>;
export type RawVerb = z.infer<typeof node>;
