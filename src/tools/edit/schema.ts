import * as z from 'zod/mini';

export const schema = z.object({
  file_path: z.string().check(z.minLength(1)),
  old_string: z.string().check(z.minLength(1)),
  new_string: z.string(),
  replace_all: z.optional(z.boolean()),
});

export type EditInput = z.infer<typeof schema>;
