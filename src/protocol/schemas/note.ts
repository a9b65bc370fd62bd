import { z } from 'zod';
import { CONFIDENCES } from '../knowledge.ts';

/** The front matter of a note. Unknown keys are errors. */

const date = z.union([z.date(), z.string()]).transform((written, context) => {
  const ms = typeof written === 'string' ? Date.parse(written) : written.getTime();
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'is not a date such as 2026-11-21' });
  return z.NEVER;
});
const name = z.union([z.string().trim().min(1, 'is empty'), z.number().transform(String)]);

export const noteSchema = z.strictObject({
  applies_to: z.union([z.array(name), name.transform((one) => [one])]).default([]),
  learned_from: name.optional(),
  date: date.optional(),
  confidence: z.enum(CONFIDENCES).default('medium'),
});
