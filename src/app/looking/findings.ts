import { type FindingHistory, muteFinding, readHistory } from '../../context/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { KnownFinding } from '../../protocol/finding.ts';
import { readFindings, updateHistory } from '../stored.ts';
import type { World } from '../world.ts';

/** What rules have found on this host, standing ones first. */
export async function listFindings(world: World): Promise<KnownFinding[]> {
  const { history } = readHistory(await readFindings(world.store));
  const now = world.clock.now();
  return Object.entries(history.entries)
    .map(([key, entry]) => ({
      key,
      severity: entry.severity,
      since: entry.since,
      lastSeen: entry.lastSeen,
      goneAt: entry.goneAt,
      mutedUntil: activeMute(history, key, now),
    }))
    .sort((a, b) => Number(a.goneAt !== null) - Number(b.goneAt !== null) || b.lastSeen - a.lastSeen);
}

/** OpsError `input` for a key that no rule ever found. */
export async function mute(world: World, key: string, forMs: number): Promise<number> {
  const known = await listFindings(world);
  if (!known.some((finding) => finding.key === key)) {
    throw new OpsError('no-finding', 'input', `nothing was found under the name "${key}"`, {
      hint: namesHint(key, known),
    });
  }
  const until = world.clock.now() + forMs;
  await updateHistory(world.store, (history) => muteFinding(history, key, until, world.host.user));
  return until;
}

/** A report numbers what it found, and the next report numbers anew: nobody is to mute something else by that. */
function namesHint(key: string, known: readonly KnownFinding[]): string {
  const standing = known.filter(({ goneAt }) => goneAt === null).map((finding) => finding.key);
  const why = /^F\d+$/i.test(key) ? `${key} is a number within one report. ` : '';
  if (standing.length === 0 || standing.length > HINTED_NAMES) {
    return `${why}steward findings list shows the names`;
  }
  return `${why}Standing: ${standing.join(', ')}`;
}

/** More of them are for `findings list`. */
const HINTED_NAMES = 8;

function activeMute(history: FindingHistory, key: string, now: number): number | null {
  const until = history.mutes[key]?.untilMs ?? 0;
  return until > now ? until : null;
}
