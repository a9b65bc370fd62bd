import type { Happening } from '../../app/client.ts';

/** Whether somebody looks, as far as a terminal can tell. Times are milliseconds since the epoch. */
export interface Attention {
  /** null: the terminal has said nothing about it. */
  hasFocus: boolean | null;
  lastKeyAt: number;
  workingSince: number | null;
}

/** A turn of less is waited for. Without a word about focus, this is how long fresh keys count as looking. */
export const LONG_TURN_MS = 10_000;

/** What somebody who looks elsewhere is called for; null when there is no reason, or no need. */
export function attend(
  attention: Attention,
  happening: Happening,
  now: number,
): { attention: Attention; call: string | null } {
  switch (happening.kind) {
    case 'question':
      return { attention, call: callFor(attention, now, `steward asks: ${happening.question.command}`) };
    case 'status': {
      const { isWorking, runName } = happening.status;
      const { workingSince } = attention;
      if (isWorking) {
        return { attention: { ...attention, workingSince: workingSince ?? now }, call: null };
      }
      const wasLong = workingSince !== null && now - workingSince > LONG_TURN_MS;
      const call = wasLong
        ? callFor(attention, now, `steward is done${runName === null ? '' : `: ${runName}`}`)
        : null;
      return { attention: { ...attention, workingSince: null }, call };
    }
    default:
      return { attention, call: null };
  }
}

function callFor({ hasFocus, lastKeyAt }: Attention, now: number, text: string): string | null {
  const isAway = hasFocus === null ? now - lastKeyAt > LONG_TURN_MS : !hasFocus;
  return isAway ? text : null;
}
