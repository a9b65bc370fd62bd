import * as z from 'zod/mini';

export const schema = z.object({
  pattern: z.string().check(z.describe('RE2 regular expression, matched in each line')),
  path: z.optional(z.string().check(z.describe('File or folder, default the working directory'))),
  glob: z.optional(z.string().check(z.describe('Only these files, e.g. *.nix or etc/**/*.conf'))),
  mode: z.optional(z.enum(['content', 'files'])),
  ignore_case: z.optional(z.boolean()),
  max: z.optional(z.int().check(z.positive(), z.describe('Matches, default 100'))),
});

export type SearchInput = z.infer<typeof schema>;
