import { z } from 'zod';

export const schema = z.object({
  file_path: z.string().min(1),
  old_string: z.string().min(1),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});

/** For the build: what the model is told. */
export const describeInput = (): object => schema.toJSONSchema({ io: 'input' });

export type EditInput = z.infer<typeof schema>;
