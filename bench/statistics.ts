/** Figures of one thing over several rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

/** Nearest rank; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** How much y grows when x grows by one: the median of all pairs' slopes (Theil and Sen), which outliers do not move. */
export function medianSlopeOf(points: readonly { x: number; y: number }[]): number {
  const slopes = points.flatMap((from) =>
    points.filter(({ x }) => x > from.x).map((to) => (to.y - from.y) / (to.x - from.x)),
  );
  return quantile(slopes, 0.5);
}
