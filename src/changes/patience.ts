import type { ChangePorts } from './ports.ts';

/** What is kept of a limited time for the way back. */
const BACK_SHARE_MS = 25_000;
/** Whatever is left: less says nothing about anything. */
const LEAST_MS = 1_000;

/**
 * How long something may take, milliseconds: as long as it usually may, and where time is limited what is left of it.
 * A look forward leaves the way back its share.
 */
export function patienceOf(
  { leftMs, origin }: Pick<ChangePorts, 'leftMs' | 'origin'>,
  usualMs: number,
): number {
  if (leftMs === undefined) return usualMs;
  const left = origin === 'rollback' ? leftMs() : leftMs() - BACK_SHARE_MS;
  return Math.max(LEAST_MS, Math.min(usualMs, left));
}
