import { z } from 'zod';

export const schema = z.object({
  file_path: z.string().min(1),
  content: z.string(),
});

/** For the build: what the model is told. */
export const describeInput = (): object => schema.toJSONSchema({ io: 'input' });

export type WriteInput = z.infer<typeof schema>;
