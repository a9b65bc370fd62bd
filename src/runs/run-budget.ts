/**
 * Money and tokens of one run: the worst case of a request is taken before it is made, so that requests that run at the
 * same time cannot pass the limit together. Pure bookkeeping; `spent` carries over what a resumed run had spent.
 */
export interface RunBudget {
  reserve(worst: { usd: number | null; tokens: number }): RunReservation;
  /** null: the price is not known; its worst case stays counted. A second time for the same id does nothing. */
  settle(id: number, spent: { usd: number | null; tokens: number }): void;
  spent(): { usd: number; tokens: number };
}

export type RunReservation =
  | { ok: true; id: number }
  | { ok: false; limit: 'usd' | 'tokens'; spent: number; wanted: number; max: number }
  /** There is a money limit, and a model without a known price. */
  | { ok: false; limit: 'price-unknown'; max: number };

const TOLERANCE_USD = 1e-9;

export function createRunBudget(
  limits: { usd?: number; tokens?: number },
  already: { usd: number; tokens: number } = { usd: 0, tokens: 0 },
): RunBudget {
  const open = new Map<number, { usd: number; tokens: number }>();
  let settled = already;
  let nextId = 1;

  function spent() {
    const sum = { ...settled };
    for (const { usd, tokens } of open.values()) {
      sum.usd += usd;
      sum.tokens += tokens;
    }
    return sum;
  }

  return {
    reserve(worst) {
      const now = spent();
      if (limits.usd !== undefined) {
        if (worst.usd === null) return { ok: false, limit: 'price-unknown', max: limits.usd };
        if (now.usd + worst.usd > limits.usd + TOLERANCE_USD) {
          return { ok: false, limit: 'usd', spent: now.usd, wanted: worst.usd, max: limits.usd };
        }
      }
      if (limits.tokens !== undefined && now.tokens + worst.tokens > limits.tokens) {
        return { ok: false, limit: 'tokens', spent: now.tokens, wanted: worst.tokens, max: limits.tokens };
      }
      const id = nextId++;
      open.set(id, { usd: worst.usd ?? 0, tokens: worst.tokens });
      return { ok: true, id };
    },
    settle(id, { usd, tokens }) {
      const worst = open.get(id);
      if (worst === undefined) return;
      open.delete(id);
      settled = { usd: settled.usd + (usd ?? worst.usd), tokens: settled.tokens + tokens };
    },
    spent,
  };
}
