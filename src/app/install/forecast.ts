/** What a month will cost at most, and what one has cost so far. */
export interface ForecastRow {
  goal: string;
  onCalendar: string;
  everyMs: number;
  /** `limits.usd` of the goal; null: it has none. */
  limitUsd: number | null;
  /** Of the runs that there were; null: there were none. */
  averageUsd: number | null;
}

export interface ForecastBounds {
  /** Where no money is spent: rules only, or a model of one's own. */
  isFree: boolean;
  usdPerDay: number | null;
  usdPerMonth: number | null;
}

const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;

export function forecastText(rows: readonly ForecastRow[], bounds: ForecastBounds): string {
  const lines = rows.map((row) => {
    const runs = Math.round((DAYS * DAY_MS) / row.everyMs);
    const most = bounds.isFree ? 0 : row.limitUsd === null ? null : runs * row.limitUsd;
    const usual = bounds.isFree ? 0 : row.averageUsd === null ? null : runs * row.averageUsd;
    const cost = [
      usual === null ? null : `as so far ${dollars(usual)}`,
      most === null ? 'no limit of its own' : `at most ${dollars(most)}`,
    ];
    return `  ${row.goal}, ${row.onCalendar}: ${runs} runs; ${cost.filter((part) => part !== null).join(', ')}\n`;
  });
  const limit = monthlyLimit(bounds);
  const end = bounds.isFree
    ? '  No model that costs money is asked: nothing.\n'
    : `  A run that finds nothing costs nothing. ${limit === null ? 'There is no budget: set one with --usd-per-month.' : `All runs together, alerts too: at most ${dollars(limit)}.`}\n`;
  return `A month:\n${lines.join('')}${end}`;
}

/** Dollars; null: nothing bounds it. */
export function monthlyLimit({ usdPerDay, usdPerMonth }: ForecastBounds): number | null {
  const bounds = [usdPerMonth, usdPerDay === null ? null : usdPerDay * DAYS].filter((one) => one !== null);
  return bounds.length === 0 ? null : Math.min(...bounds);
}

function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}
