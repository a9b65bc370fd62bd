import * as z from 'zod/mini';

export const schema = z.object({
  file_path: z.string().check(z.minLength(1)),
  content: z.string(),
});

export type WriteInput = z.infer<typeof schema>;
