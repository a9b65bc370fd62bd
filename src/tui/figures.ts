/** `640`, `8.2k`, `128k`, `1.2M`: never more than what is there. */
export function formatTokens(tokens: number): string {
  const whole = Math.max(0, Math.floor(tokens));
  if (whole < 1_000) return String(whole);
  return whole < 1_000_000 ? `${shorten(whole / 1_000)}k` : `${shorten(whole / 1_000_000)}M`;
}

/** `$0.00`, `<$0.01`, `$1.80`, `$124`: US dollars. */
export function formatUsd(dollars: number): string {
  if (dollars > 0 && dollars < 0.01) return '<$0.01';
  return dollars < 100 ? `$${dollars.toFixed(2)}` : `$${Math.round(dollars)}`;
}

/** How long ago, in one unit: `now`, `4 min`, `3 h`, `2 d`, `5 w`. */
export function formatAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  const days = Math.floor(minutes / (24 * 60));
  return days < 14 ? `${days} d` : `${Math.floor(days / 7)} w`;
}

/** `4 min ago`, `just now`. */
export function formatAgo(ms: number): string {
  const age = formatAge(ms);
  return age === 'now' ? 'just now' : `${age} ago`;
}

/** One decimal below ten, and that cut, not rounded. */
function shorten(value: number): string {
  return value < 10 ? String(Math.floor(value * 10) / 10) : String(Math.floor(value));
}
