import type { Trigger } from '../protocol/trigger.ts';
import { row } from './setting-row.ts';
import { count, dollars, duration, map, orNull } from './value-type.ts';

const TRIGGERS = ['manual', 'timer', 'alert', 'on-failure', 'resume'] as const satisfies Trigger['kind'][];

/** What one run may take, and all of them together. */
export const LIMIT_ROWS = {
  'limits.turns': row(
    orNull(count()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_TURNS',
    'Model replies in one run.',
  ),
  'limits.calls': row(
    orNull(count()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_CALLS',
    'Tool calls in one run.',
  ),
  'limits.tokens': row(
    orNull(count()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_TOKENS',
    'Tokens, in and out, in one run.',
  ),
  'limits.usd': row(
    orNull(dollars()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_BUDGET_USD',
    'Money in one run.',
  ),
  'limits.duration': row(
    orNull(duration()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_DURATION',
    'Wall time of one run.',
  ),
  'budgets.usd_per_day': row(
    orNull(dollars()),
    null,
    'replace',
    'lower',
    null,
    'Money of all runs of a day together. When it is spent, runs are rules only.',
  ),
  'budgets.usd_per_month': row(
    orNull(dollars()),
    null,
    'replace',
    'lower',
    null,
    'The same for a calendar month.',
  ),
  'budgets.usd_per_day_by_trigger': row(
    map(dollars(), TRIGGERS),
    {},
    'by-name',
    'lower',
    null,
    'Money a day for runs that were started in one way, so that an alert storm cannot spend the night check.',
  ),
};
