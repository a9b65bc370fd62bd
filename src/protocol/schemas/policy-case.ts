import { z } from 'zod';

/** A line that an operator expects to be judged in a certain way. */
export const policyCaseSchema = z.object({
  id: z.string().optional(),
  cmd: z.string().min(1),
  expect: z.enum(['allow', 'not-allow', 'ask', 'deny']),
  why: z.string().optional(),
});

/** A file of them: a list, or the list under `cases`. */
export const policyCaseFileSchema = z.union([
  z.array(policyCaseSchema),
  z.strictObject({ cases: z.array(policyCaseSchema) }),
]);

export type PolicyCase = z.infer<typeof policyCaseSchema>;
