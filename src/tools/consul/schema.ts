import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum(['members', 'services', 'nodes', 'peers', 'get', 'keys', 'put', 'delete', 'reload']),
  key: text,
  value: text,
});

export type ConsulInput = z.infer<typeof schema>;
