import * as z from 'zod/mini';

const text = z.optional(z.string());

export const schema = z.object({
  verb: z.enum([
    'show',
    'status',
    'is-active',
    'is-enabled',
    'cat',
    'list-units',
    'list-timers',
    'start',
    'stop',
    'restart',
    'try-restart',
    'reload',
    'reload-or-restart',
    'reset-failed',
    'enable',
    'disable',
    'mask',
    'unmask',
    'daemon-reload',
  ]),
  unit: text,
  state: text,
  type: text,
});

export type SystemctlInput = z.infer<typeof schema>;
