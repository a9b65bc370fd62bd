import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const evidence = z.array(text);
const finding = z.object({ text, severity: z.enum(['info', 'warning', 'critical']), evidence });
const action = z.object({ text, evidence });

export const schema = z.object({
  outcome: z.enum([
    'healthy',
    'reported',
    'fixed',
    'needs-approval',
    'escalated',
    'cannot-tell',
    'monitoring-broken',
  ]),
  summary: z
    .string()
    .check(z.trim(), z.minLength(20), z.describe('For the operator: what is true, and what to do next')),
  findings: z.optional(z.array(finding)),
  actions: z.optional(z.array(action).check(z.describe('What you changed'))),
  advice: z.optional(z.array(z.string()).check(z.describe('What a person might do'))),
});

export type ReportInput = z.infer<typeof schema>;
