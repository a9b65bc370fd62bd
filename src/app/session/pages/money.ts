import type { RunEvent } from '../../../protocol/event.ts';
import { addUsage, NO_USAGE, type Usage } from '../../../protocol/model.ts';
import { createBudgetLedger, listSpending } from '../../../runs/index.ts';
import type { World } from '../../world.ts';
import { count, dollars, page, table } from './markdown.ts';

interface Spending {
  usage: Usage;
  costUsd: number | null;
  requests: number;
}

/** What this run, today and this month cost, and which models it went to. */
export async function costPage(world: World, events: readonly RunEvent[]): Promise<string> {
  const { store, clock, settings } = world;
  const ledger = createBudgetLedger({ store, clock, limits: {} });
  const [spent, month] = await Promise.all([ledger.spent(), monthByModel(world)]);
  const run = byModel(events);
  const { usd_per_day: day, usd_per_month: perMonth } = settings.budgets;
  const of = (limit: number | null | undefined): string =>
    limit == null ? 'no limit' : `of ${dollars(limit)}`;
  return page(
    '# Cost',
    table(
      ['', 'Spent', 'Budget'],
      [
        ['This run', dollars(totalOf(run)), of(settings.limits.usd)],
        ['Today', dollars(spent.dayUsd), of(day)],
        ['This month', dollars(spent.monthUsd), of(perMonth)],
      ],
    ),
    run.size === 0 ? 'No model was asked in this run yet.' : `## This run\n\n${modelTable(run)}`,
    month.size === 0 ? null : `## This month, by model\n\n${modelTable(month)}`,
    'Today and this month count every run of this state folder, reservations of requests under way included.',
  );
}

function modelTable(models: ReadonlyMap<string, Spending>): string {
  const rows = [...models]
    .sort(([, a], [, b]) => (b.costUsd ?? 0) - (a.costUsd ?? 0))
    .map(([model, { usage, costUsd, requests }]) => [
      model,
      String(requests),
      count(usage.inputTokens),
      count(usage.cacheReadTokens),
      count(usage.outputTokens),
      dollars(costUsd),
    ]);
  return table(['Model', 'Requests', 'Input', 'From cache', 'Output', 'Cost'], rows);
}

function byModel(events: readonly RunEvent[]): Map<string, Spending> {
  const models = new Map<string, Spending>();
  let asked = 'unknown';
  for (const event of events) {
    if (event.type === 'model.requested') asked = event.model;
    if (!isSpending(event)) continue;
    if (Object.values(event.usage).every((tokens) => tokens === 0)) continue;
    const model = 'model' in event ? event.model : asked;
    const before = models.get(model) ?? { usage: NO_USAGE, costUsd: 0, requests: 0 };
    models.set(model, {
      usage: addUsage(before.usage, event.usage),
      costUsd: before.costUsd === null || event.costUsd === null ? null : before.costUsd + event.costUsd,
      requests: before.requests + 1,
    });
  }
  return models;
}

function isSpending(
  event: RunEvent,
): event is Extract<RunEvent, { type: 'model.replied' | 'model.failed' | 'context.reduced' }> {
  return ['model.replied', 'model.failed', 'context.reduced'].includes(event.type);
}

function totalOf(models: ReadonlyMap<string, Spending>): number | null {
  return [...models.values()].reduce<number | null>(
    (sum, { costUsd }) => (sum === null || costUsd === null ? null : sum + costUsd),
    0,
  );
}

async function monthByModel({ store, clock }: World): Promise<Map<string, Spending>> {
  const now = new Date(clock.now());
  const since = new Date(now.getFullYear(), now.getMonth(), 1).getTime();
  return byModel(await listSpending(store, since));
}
