import * as z from 'zod/mini';

export const schema = z.object({
  file_path: z.string().check(z.minLength(1)),
  offset: z.optional(z.int().check(z.positive(), z.describe('First line, from 1'))),
  limit: z.optional(z.int().check(z.positive(), z.describe('Lines, default 2000'))),
});

export type ReadInput = z.infer<typeof schema>;
