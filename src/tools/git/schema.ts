import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum(['status', 'log', 'diff', 'show', 'branches', 'add', 'commit', 'branch']),
  repo: text,
  revision: text,
  lines: z.optional(z.int()),
  paths: z.optional(z.array(z.string())),
  message: text,
  branch: text,
});

export type GitInput = z.infer<typeof schema>;
