import * as z from 'zod/mini';

export const schema = z.object({
  command: z.string().check(z.trim(), z.minLength(1)),
  description: z.optional(z.string().check(z.describe('What it is for, in 5 to 10 words'))),
  timeout: z.optional(
    z.number().check(z.positive(), z.describe('Milliseconds, default 120000, at most 600000')),
  ),
});

export type BashInput = z.infer<typeof schema>;
