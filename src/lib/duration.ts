const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;

/**
 * `90s`, `10m`, `1h30m`, `0.5h`, `2d` → whole milliseconds. undefined for anything else: a number without a unit, a
 * sign, a space inside.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!WHOLE.test(trimmed)) return undefined;
  let totalMs = 0;
  for (const [, amount = '', unit = ''] of trimmed.matchAll(PART)) {
    totalMs += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  const roundedMs = Math.round(totalMs);
  return Number.isSafeInteger(roundedMs) ? roundedMs : undefined;
}

/**
 * The two largest units that count: `450ms`, `42s`, `10m`, `1h30m`, `2d4h`. Cuts, never rounds up: a limit is not
 * shown as passed before it is.
 */
export function formatDuration(ms: number): string {
  const wholeMs = Math.max(0, Math.floor(ms));
  if (wholeMs < 1_000) return `${wholeMs}ms`;
  const units = ['d', 'h', 'm', 's'] as const;
  const parts: string[] = [];
  let restMs = wholeMs;
  for (const unit of units) {
    const unitMs = UNIT_MS[unit] ?? 1;
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join('');
}
