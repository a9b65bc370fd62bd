import * as z from 'zod/mini';

/** Flat where what is written to a file has alternatives: models follow it better. What it means is checked behind it. */
const text = z.string().check(z.minLength(1));
const step = z.object({
  run: z.optional(text),
  edit: z.optional(z.object({ file: text, find: text, replace: z.string() })),
  write: z.optional(z.object({ file: text, text: z.string() })),
  call: z.optional(z.looseObject({})),
});
const check = z.object({
  run: z.optional(text),
  http: z.optional(text),
  probe: z.optional(text),
  call: z.optional(z.looseObject({})),
  expect: z.optional(text),
  within: z.optional(text),
  for: z.optional(text),
});

export const schema = z.object({
  title: text,
  why: z.optional(z.string()),
  evidence: z.optional(z.array(text).check(z.describe('Ids that show it is needed: P3, C7'))),
  targets: z.optional(
    z.array(text).check(z.describe('Units, paths or hosts; {target} in steps stands for each')),
  ),
  preflight: z.optional(z.array(check)),
  apply: z.array(step).check(z.minLength(1)),
  verify: z.array(check).check(z.minLength(1)),
  rollback: z.optional(z.array(step)),
  git: z.optional(z.looseObject({})),
});

export type ChangeInput = z.infer<typeof schema>;
