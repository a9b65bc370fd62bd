import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum([
    'jobs',
    'status',
    'inspect',
    'nodes',
    'peers',
    'logs',
    'allocation',
    'plan',
    'run',
    'stop',
    'revert',
    'restart-allocation',
  ]),
  job: text,
  file: text,
  allocation: text,
  task: text,
  lines: z.optional(z.int()),
  stderr: z.optional(z.boolean()),
  version: z.optional(z.int()),
});

export type NomadInput = z.infer<typeof schema>;
