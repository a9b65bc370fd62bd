import { z } from 'zod';

export const schema = z.object({
  pattern: z.string().describe('RE2 regular expression, matched in each line'),
  path: z.string().optional().describe('File or folder, default the working directory'),
  glob: z.string().optional().describe('Only these files, e.g. *.nix or etc/**/*.conf'),
  mode: z.enum(['content', 'files']).optional(),
  ignore_case: z.boolean().optional(),
  max: z.int().positive().optional().describe('Matches, default 100'),
});

/** For the build: what the model is told. */
export const describeInput = (): object => schema.toJSONSchema({ io: 'input' });

export type SearchInput = z.infer<typeof schema>;
