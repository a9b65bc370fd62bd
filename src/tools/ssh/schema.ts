import * as z from 'zod/mini';

export const schema = z.object({
  verb: z.enum(['run']),
  host: z.string(),
  command: z.array(z.string()),
});

export type SshInput = z.infer<typeof schema>;
