import { OpsError } from '../../lib/ops-error.ts';
import {
  escalationNotice,
  type IncidentTold,
  incidentNotice,
  incidentSeverity,
  incidentThread,
  isUnanswered,
  type RunStory,
  storyOf,
} from '../../notify/index.ts';
import { SEVERITIES } from '../../protocol/finding.ts';
import type { Incident } from '../../protocol/incident.ts';
import { readRun } from '../../runs/index.ts';
import { readBook } from '../incidents/incidents.ts';
import { linkToIncident } from '../pages/links.ts';
import type { World } from '../world.ts';
import type { Desk } from './open-desk.ts';

/** Tells what becomes of incidents. What was told is found out by its key, so that a crash loses and doubles nothing. */
export interface IncidentDesk {
  /** As it is now. */
  note(incident: Incident): Promise<void>;
  /** What had to wait for a moment, and who has to be asked again. */
  pass(): Promise<void>;
}

/** What comes with it, or is over again, comes within this; and a storm has its root by then. */
const SETTLE_MS = 5_000;
const ESCALATE_EVERY_MS = 2_000;

export function createIncidentDesk(world: World, desk: Desk): IncidentDesk {
  const { clock, settings } = world;
  const known = new Map<string, Incident>();
  const unsettled = new Set<string>();
  /** Of each incident the state that was told, or is no news. */
  const said = new Map<string, string>();
  const escalated = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function told(incident: Incident): Promise<IncidentTold> {
    const folded = [...known.values()].filter(({ foldedInto }) => foldedInto === incident.id).length;
    return {
      incident,
      folded,
      story: await storyIn(world, incident),
      link: linkToIncident(world, incident.id),
    };
  }

  async function tell(incident: Incident): Promise<void> {
    const { id, state, stateSince, foldedInto } = incident;
    const now = `${state}:${stateSince}:${foldedInto}`;
    if (said.get(id) === now) return;
    if (state === 'open' && foldedInto === null && clock.now() - stateSince < SETTLE_MS) {
      unsettled.add(id);
      return;
    }
    const all = await told(incident);
    // What a timer found joins before its run has ended: what came of it is there in a moment.
    if (state === 'investigated' && all.story === null && clock.now() - stateSince < SETTLE_MS) {
      unsettled.add(id);
      return;
    }
    unsettled.delete(id);
    const notice = incidentNotice(all, desk.scene());
    if (notice !== null) await desk.put(notice);
    said.set(id, now);
  }

  async function escalate(): Promise<void> {
    const { escalate_after: afterMs, escalate_from: from } = settings.notify;
    if (afterMs === null || clock.elapsed() - lookedAt < ESCALATE_EVERY_MS) return;
    lookedAt = clock.elapsed();
    for (const incident of known.values()) {
      const key = `${incident.id}:${incident.reopened}`;
      const severity = incidentSeverity(incident);
      const matters = SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(from);
      if (!matters || !isUnanswered(incident) || escalated.has(key)) continue;
      const { firingSince } = await desk.outbox.thread(incidentThread(incident.id));
      if (firingSince === null || clock.now() - firingSince < afterMs) continue;
      await desk.put(escalationNotice(await told(incident), firingSince, desk.scene()));
      escalated.add(key);
    }
  }

  return {
    async note(incident) {
      known.set(incident.id, incident);
      await tell(incident);
    },
    async pass() {
      for (const id of unsettled) {
        const incident = known.get(id);
        if (incident === undefined) unsettled.delete(id);
        else await tell(incident);
      }
      await escalate();
    },
  };
}

/** All of them as they are, also who has to be asked again: for where no serve does that. */
export async function tellIncidents(world: World, desk: Desk): Promise<void> {
  const incidents = createIncidentDesk(world, desk);
  for (const incident of (await readBook(world)).incidents.values()) await incidents.note(incident);
  await incidents.pass();
}

/** Of its last run that ended; null where there is none, or its log was removed with its age. */
async function storyIn(world: World, { runs }: Incident): Promise<RunStory | null> {
  const last = runs.findLast(({ endedAt }) => endedAt !== null);
  if (last === undefined) return null;
  try {
    const { lines } = await readRun(world.store, last.run);
    const events = lines.map(({ event }) => event);
    return storyOf(last.run, events, last.endedAt ?? world.clock.now());
  } catch (error) {
    if (error instanceof OpsError) return null;
    throw error;
  }
}
