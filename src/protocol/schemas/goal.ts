import { z } from 'zod';
import { parseDuration } from '../../lib/duration.ts';
import { AUTONOMIES } from '../effect.ts';
import type { ToolName } from '../tool.ts';
import { TYPED_TOOLS } from '../typed-call.ts';
import { toVerification, writtenCheck } from './change.ts';

/** The front matter of a goal file. Shapes only: whether a probe exists is known where probes are. */

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be a name in lower case with hyphens');
const TOOLS = [
  ...(['Bash', 'Read', 'Edit', 'Write', 'Search', 'Change', 'Report'] as const satisfies ToolName[]),
  ...TYPED_TOOLS,
] as const;

const duration = z.string().transform((written, context) => {
  const ms = parseDuration(written);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration like 90s, 10m or 1h' });
  return z.NEVER;
});

/** `unit:` alone must be given with --set; text is its default. Numbers are handy to write and are text here. */
const parameter = z.union([z.string(), z.number().transform(String), z.null()], {
  error: 'must be its default, a text or a number, or nothing where --set has to give it',
});

export const goalSchema = z.strictObject({
  description: z.string().trim().min(1, 'must say what the goal is, in one line').max(200),
  enabled: z.boolean().default(true),
  probes: z.array(name).default([]),
  tools: z.array(z.enum(TOOLS)).default(['Bash', 'Read', 'Search']),
  autonomy: z.enum(AUTONOMIES).default('propose'),
  gate: z.enum(['findings', 'always', 'never']).default('findings'),
  egress: z.enum(['any', 'local']).default('any'),
  limits: z
    .strictObject({
      turns: z.int().positive().optional(),
      calls: z.int().positive().optional(),
      tokens: z.int().positive().optional(),
      usd: z.number().nonnegative().optional(),
      duration: duration.optional(),
    })
    .default({}),
  parameters: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), parameter).default({}),
  done: z.array(z.strictObject({ probe: name, expect: z.string().trim().min(1) })).default([]),
  invariants: z.array(writtenCheck.transform(toVerification)).default([]),
});

export type GoalFrontMatter = z.output<typeof goalSchema>;
