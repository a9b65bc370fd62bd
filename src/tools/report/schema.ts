import { z } from 'zod';

const evidence = z.array(z.string().min(1));

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
  summary: z.string().trim().min(20).describe('For the operator: what is true, and what to do next'),
  findings: z
    .array(z.object({ text: z.string().min(1), severity: z.enum(['info', 'warning', 'critical']), evidence }))
    .optional(),
  actions: z
    .array(z.object({ text: z.string().min(1), evidence }))
    .optional()
    .describe('What you changed'),
  advice: z.array(z.string()).optional().describe('What a person might do'),
});

/** For the build: what the model is told. */
export const describeInput = (): object => schema.toJSONSchema({ io: 'input' });

export type ReportInput = z.infer<typeof schema>;
