/** Days and months of budgets are the operator's: local time, by TZ. */

/** `2026-03-01` */
export function localDay(at: number): string {
  const date = new Date(at);
  return `${localMonth(at)}-${twoDigits(date.getDate())}`;
}

/** `2026-03` */
export function localMonth(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}`;
}

/** Local midnight, right also where a day has 23 or 25 hours. */
export function startOfNextDay(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

export function startOfNextMonth(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
