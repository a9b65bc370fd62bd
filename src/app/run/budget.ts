import type { Budget } from '../../agent/index.ts';
import { dropAbsent } from '../../lib/drop-absent.ts';
import type { Limits } from '../../protocol/goal.ts';
import {
  createBudgetLedger,
  createRunBudget,
  type LedgerReservation,
  type RunReservation,
} from '../../runs/index.ts';
import type { RunScope } from './open-run.ts';

export interface RunBudgets extends Budget {
  /** Writes down what other runs have to know, when the talk is over. */
  flush(): Promise<void>;
}

/** As much of a run as its money needs. */
type BudgetScope = Pick<RunScope, 'world' | 'run' | 'limits'> & {
  request: Pick<RunScope['request'], 'trigger'>;
};

/**
 * Money and tokens of this run, and money of the day and month over all runs. What is reserved counts as spent until
 * it is settled.
 */
export function createBudget(scope: BudgetScope, spentBefore: { usd: number; tokens: number }): RunBudgets {
  const own = createOwnBudget(scope.limits, spentBefore);
  const shared = createSharedBudget(scope);
  const pairs = new Map<string, string>();
  return {
    flush: shared.flush,
    async reserve(worst) {
      const first = await own.reserve(worst);
      if (!first.ok) return first;
      const second = await shared.reserve(worst);
      if (second.ok) pairs.set(first.id, second.id);
      else await own.settle(first.id, { usd: 0, tokens: 0 });
      return second.ok ? first : second;
    },
    async settle(id, spent) {
      await own.settle(id, spent);
      await shared.settle(pairs.get(id) ?? '', spent);
      pairs.delete(id);
    },
  };
}

function createOwnBudget(limits: Limits, before: { usd: number; tokens: number }): Budget {
  const budget = createRunBudget(dropAbsent({ usd: limits.usd, tokens: limits.tokens }), before);
  return {
    async reserve(worst) {
      const answer = budget.reserve(worst);
      if (answer.ok) return { ok: true, id: String(answer.id) };
      const isTokens = answer.limit === 'tokens';
      return {
        ok: false,
        reason: isTokens ? 'tokens' : 'usd',
        message: describeRefusal(answer),
        resumeAt: null,
      };
    },
    settle: async (id, spent) => budget.settle(Number(id), spent),
  };
}

function describeRefusal(refusal: Exclude<RunReservation, { ok: true }>): string {
  switch (refusal.limit) {
    case 'usd':
      return `Reached maximum budget ($${refusal.max}): $${refusal.spent.toFixed(4)} spent, the next request could cost $${refusal.wanted.toFixed(4)}`;
    case 'tokens':
      return `Reached maximum tokens (${refusal.max}): ${refusal.spent} spent, the next request could take ${refusal.wanted}`;
    case 'price-unknown':
      return `There is a limit of $${refusal.max}, and nobody knows what this model costs`;
  }
}

/** That the next request is not made does not mean that all is spent: what is left may not cover the worst of it. */
function describeShared(
  { limit, spentUsd, limitUsd }: Exclude<LedgerReservation, { ok: true }>,
  wantedUsd: number,
  trigger: string,
): string {
  const whose = limit === 'trigger' ? `day for runs started by ${trigger}` : limit;
  const spent = `$${spentUsd.toFixed(4)} of $${limitUsd}`;
  if (spentUsd >= limitUsd) return `The budget of the ${whose} is spent: ${spent}`;
  return `The budget of the ${whose} does not cover the next request, which could cost $${wantedUsd.toFixed(4)}: ${spent} spent, $${(limitUsd - spentUsd).toFixed(4)} left`;
}

/** Without budgets in settings it refuses nothing, and writes what was spent when the talk is over. */
function createSharedBudget({ world, run, request }: BudgetScope): RunBudgets {
  const { usd_per_day, usd_per_month, usd_per_day_by_trigger } = world.settings.budgets;
  const ledger = createBudgetLedger({
    store: world.store,
    clock: world.clock,
    limits: {
      ...dropAbsent({ usdPerDay: usd_per_day, usdPerMonth: usd_per_month }),
      usdPerDayByTrigger: usd_per_day_by_trigger,
    },
  });
  const reserved = new Map<string, number>();
  return {
    async reserve(worst) {
      const usd = worst.usd ?? 0;
      const answer = await ledger.reserve({ usd, run, trigger: request.trigger.kind });
      if (answer.ok) {
        reserved.set(answer.id, usd);
        return answer;
      }
      const message = describeShared(answer, usd, request.trigger.kind);
      return { ok: false, reason: 'usd', message, resumeAt: answer.resetsAt };
    },
    async settle(id, spent) {
      await ledger.settle(id, spent.usd ?? reserved.get(id) ?? 0);
      reserved.delete(id);
    },
    flush: () => ledger.flush(),
  };
}
