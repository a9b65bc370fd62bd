import * as z from 'zod/mini';

export const schema = z.object({
  plan: z
    .string()
    .check(
      z.trim(),
      z.minLength(1),
      z.describe('Markdown: what is true, what you would do, step by step, and how to check'),
    ),
});

export type PlanInput = z.infer<typeof schema>;
