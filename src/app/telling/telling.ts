import type { Telling } from '../../protocol/telling.ts';
import type { World } from '../world.ts';
import { createHeartbeat, type Heartbeat } from './heartbeat.ts';
import { createIncidentDesk } from './incident-desk.ts';
import { type Desk, openDesk } from './open-desk.ts';
import { orLog, tellApprovals, tellDigest, tellElsewhere } from './tell-standing.ts';

/** Of a serve: who tells people, and what its loop does for that in each turn. */
export type ServeTelling = Required<Telling>;

const STANDING_EVERY_MS = 5_000;
/** To ask the executor starts it. Also when a run has ended. */
const ELSEWHERE_EVERY_MS = 10 * 60_000;
const PRUNE_EVERY_MS = 60 * 60 * 1000;
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;
/** So long what is due is still sent when serve ends; the rest is in the outbox. */
const LAST_WORDS_MS = 5_000;

/** null where settings name neither a channel nor a heartbeat. OpsError `settings` for one that is wrong. */
export async function openTelling(world: World, log: (line: string) => void): Promise<ServeTelling | null> {
  const desk = await openDesk(world, log);
  const heartbeat = await createHeartbeat(world, log);
  if (desk === null && heartbeat === null) return null;
  if (desk === null) {
    return {
      begin: async () => {},
      incidentChanged: async () => {},
      turnMade: () => heartbeat?.beat(),
      end: async () => {},
    };
  }
  return tellFrom(world, desk, heartbeat, log);
}

function tellFrom(
  world: World,
  desk: Desk,
  heartbeat: Heartbeat | null,
  log: (line: string) => void,
): ServeTelling {
  const incidents = createIncidentDesk(world, desk);
  const said = new Set<string>();
  const { clock } = world;
  let sending: { release(): void } | undefined;
  let standingAt = Number.NEGATIVE_INFINITY;
  let elsewhereAt = Number.NEGATIVE_INFINITY;
  let prunedAt = Number.NEGATIVE_INFINITY;
  let turning: Promise<void> | null = null;

  async function standing(): Promise<void> {
    if (clock.elapsed() - standingAt < STANDING_EVERY_MS) return;
    standingAt = clock.elapsed();
    await tellApprovals(world, desk, said);
    if (clock.elapsed() - elsewhereAt >= ELSEWHERE_EVERY_MS) {
      elsewhereAt = clock.elapsed();
      await tellElsewhere(world, desk, said);
    }
    await tellDigest(world, desk);
    if (clock.elapsed() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = clock.elapsed();
    await desk.outbox.prune(clock.now() - KEEP_MS);
  }

  async function turn(): Promise<void> {
    await orLog(incidents.pass(), log);
    await orLog(standing(), log);
    // A run that sends its own at this moment has it, and gives it back within a minute.
    sending ??= await desk.outbox.lockSender();
    if (sending !== undefined) await desk.sender.begin();
  }

  return {
    async begin(all) {
      for (const incident of all) await incidents.note(incident);
    },
    incidentChanged(before, after) {
      if (after.state === 'investigated' && before?.state !== 'investigated')
        elsewhereAt = Number.NEGATIVE_INFINITY;
      return incidents.note(after);
    },
    turnMade() {
      heartbeat?.beat();
      turning ??= orLog(turn(), log).finally(() => {
        turning = null;
      });
    },
    async end() {
      await turning;
      await orLog(incidents.pass(), log);
      if (sending === undefined) return;
      await orLog(desk.sender.drain(LAST_WORDS_MS), log);
      await desk.sender.settled();
      sending.release();
    },
  };
}
