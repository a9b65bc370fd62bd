import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  ask: z.enum(['find', 'at', 'changes', 'free', 'impact']),
  query: text,
  time: text,
  kind: text,
  host: text,
});

export type StateInput = z.infer<typeof schema>;
