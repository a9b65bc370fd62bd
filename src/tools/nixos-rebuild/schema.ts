import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum(['generations', 'build', 'dry-activate', 'test', 'switch', 'boot', 'deploy']),
  flake: text,
  output: text,
});

export type NixosRebuildInput = z.infer<typeof schema>;
