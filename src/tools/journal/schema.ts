import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  unit: text,
  identifier: text,
  priority: text,
  since: text,
  until: text,
  grep: text,
  boot: z.optional(z.boolean()),
  kernel: z.optional(z.boolean()),
  lines: z.optional(z.int()),
  invocation: text,
});

export type JournalInput = z.infer<typeof schema>;
