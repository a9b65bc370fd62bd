import { z } from 'zod';
import { parseWindow } from '../../lib/week-window.ts';
import { CRITICALITIES } from '../graph.ts';

/** What an operator writes in `dependencies.yaml`. Unknown keys are errors. */

const name = z
  .string()
  .regex(/^[A-Za-z0-9][\w.@/:-]*$/, 'is not a name (letters, digits, dots, hyphens, slashes, @ and _)');

/** An hour (`2`: from 2 to 3) or a window of the week. */
const hours = z.union([z.int().min(0).max(23), z.string()]).transform((written, context) => {
  if (typeof written === 'number') {
    const two = (hour: number): string => String(hour).padStart(2, '0');
    return `${two(written)}:00-${two(written + 1)}:00`;
  }
  if (parseWindow(written) !== undefined) return written;
  context.addIssue({
    code: 'custom',
    message: 'is no time such as 02:00-05:00, Sat 02:00-05:00 or an hour such as 2',
  });
  return z.NEVER;
});

export const dependenciesSchema = z.strictObject({
  services: z
    .record(
      name,
      z.strictObject({
        depends_on: z.array(name).default([]),
        criticality: z.enum(CRITICALITIES).optional(),
        restart_without_approval: z.boolean().optional(),
        safe_hours: z.array(hours).default([]),
        unit: name.optional(),
        host: name.optional(),
      }),
    )
    .default({}),
  quorums: z
    .record(
      name,
      z.strictObject({
        members: z.array(name).min(2, 'needs at least two members'),
        needs: z.int().positive().optional(),
      }),
    )
    .default({}),
});

export type WrittenDependencies = z.output<typeof dependenciesSchema>;
