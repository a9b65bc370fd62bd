import { z } from 'zod';
import { STATE_SECTIONS, STATE_VERSION, type StateFile, type StateSection } from '../state-file.ts';

/** The shape of `state.json`: what `steward state validate` checks, and what the published JSON Schema is made from. */

const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/, 'is not a time (RFC 3339, UTC)');
const count = z.int().nonnegative();

const item = z.strictObject({
  id: z.string().min(1).describe('Unique in its section and source'),
  name: z.string().min(1),
  source: z.string().min(1).describe('Who told it: a name of `sources`, or `inventory` for what is declared'),
  seen_at: time.nullable().describe('When the source last said so; null for what is only declared'),
  stale: z
    .strictObject({ since: time, reason: z.string() })
    .nullable()
    .describe('Why it may not be so any more'),
  status: z.string().nullable().describe("In the source's own words"),
  host: z.string().nullable(),
  addresses: z.array(z.string()),
  ports: z.array(z.int().min(0).max(65_535)),
  tags: z.array(z.string()),
  owner: z.string().nullable(),
  needs: z.array(z.string()).describe('Ids or names of items that it cannot do without'),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

const sections = Object.fromEntries(STATE_SECTIONS.map((section) => [section, z.array(item)])) as Record<
  StateSection,
  z.ZodArray<typeof item>
>;

export const stateFileSchema = z.strictObject({
  meta: z.strictObject({
    schema_version: z.literal(STATE_VERSION),
    generated_at: time,
    generated_by: z.string(),
    duration_ms: count,
    partial: z.boolean().describe('Not every source answered'),
  }),
  sources: z.array(
    z.strictObject({
      name: z.string().min(1),
      kind: z.string(),
      target: z.string(),
      tried_at: time,
      seen_at: time.nullable(),
      duration_ms: count,
      problem: z.string().nullable().describe('Why it did not answer the last time'),
    }),
  ),
  ...sections,
});

/** First thing that is wrong, as `field: what`; null: nothing. */
export function checkStateFile(value: unknown): { state: StateFile } | { problem: string } {
  const checked = stateFileSchema.safeParse(value);
  if (checked.success) return { state: checked.data };
  const issue = checked.error.issues[0];
  return {
    problem: `${issue?.path.map(String).join('.') || 'the file'}: ${issue?.message ?? 'is not a state'}`,
  };
}

/** As it is published in docs/reference. */
export function stateJsonSchema(): Record<string, unknown> {
  return { title: 'state.json of steward', ...z.toJSONSchema(stateFileSchema) };
}
