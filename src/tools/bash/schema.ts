import { z } from 'zod';

export const schema = z.object({
  command: z.string().trim().min(1),
  description: z.string().optional().describe('What it is for, in 5 to 10 words'),
  timeout: z.number().positive().optional().describe('Milliseconds, default 120000, at most 600000'),
});

/** For the build: what the model is told. */
export const describeInput = (): object => schema.toJSONSchema({ io: 'input' });

export type BashInput = z.infer<typeof schema>;
