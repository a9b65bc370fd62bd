import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum([
    'get',
    'describe',
    'events',
    'logs',
    'diff',
    'rollout-status',
    'apply',
    'rollout-restart',
    'rollout-undo',
    'scale',
  ]),
  namespace: text,
  kind: text,
  name: text,
  selector: text,
  object: text,
  pod: text,
  container: text,
  previous: z.optional(z.boolean()),
  lines: z.optional(z.int()),
  replicas: z.optional(z.int()),
  file: text,
});

export type KubectlInput = z.infer<typeof schema>;
