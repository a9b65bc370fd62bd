import { z } from 'zod';

export const schema = z.object({
  file_path: z.string().min(1),
  offset: z.int().positive().optional().describe('First line, from 1'),
  limit: z.int().positive().optional().describe('Lines, default 2000'),
});

/** For the build: what the model is told. */
export const describeInput = (): object => schema.toJSONSchema({ io: 'input' });

export type ReadInput = z.infer<typeof schema>;
