import { isSameTarget } from '../lib/target-key.ts';
import type { Episode } from '../protocol/episode.ts';
import type { Incident } from '../protocol/incident.ts';
import { isBefore } from './join-episode.ts';
import { byOpening, childrenOf, fold, hasRoot, update } from './link-storm.ts';
import { type Incidents, settle } from './take-delivery.ts';
import { isActive, tell } from './transitions.ts';

/**
 * Puts what is about the same object under one root, whoever tells of it and however much later: one dead database is one
 * run and one thread. What is about more than its root is a root of its own: nobody would look at the rest.
 */
export function linkTarget(incidents: Incidents, id: string, at: number): void {
  const one = incidents.get(id);
  if (one === undefined || !isActive(one)) return;
  if (
    one.foldedBy === 'target' &&
    hasRoot(incidents, one) &&
    !isCovered(incidents, one, one.foldedInto ?? '')
  ) {
    update(incidents, id, (each) =>
      tell(
        { ...each, foldedInto: null, foldedBy: null, stateSince: at },
        at,
        'it is about more than its root by now',
      ),
    );
  }
  const loose = incidents.get(id);
  if (loose === undefined || hasRoot(incidents, loose) || loose.targets.length === 0) return;
  const roots = rootsAbout(incidents, loose);
  const root = roots.find((other) => isCovered(incidents, loose, other.id));
  if (root !== undefined) {
    fold(incidents, id, root.id, at, 'target');
    return;
  }
  // It is the larger one by now; what has been looked into already stays what it is.
  for (const other of roots) {
    const isUntouched = other.state === 'open' && other.runs.length === 0 && byOpening(loose, other) < 0;
    if (isUntouched && other.targets.length > 0 && isCovered(incidents, other, id))
      fold(incidents, other.id, id, at, 'target');
  }
}

/** Roots that are about something of it, or have something below them that is; the oldest first. */
function rootsAbout(incidents: Incidents, { id, targets }: Incident): Incident[] {
  const found = new Set<string>();
  for (const one of incidents.values()) {
    if (one.targets.length === 0 || !isActive(one)) continue;
    const isAbout = one.targets.some((each) => targets.some((target) => isSameTarget(each, target)));
    if (isAbout) found.add(one.foldedInto ?? one.id);
  }
  found.delete(id);
  return [...found]
    .flatMap((root) => incidents.get(root) ?? [])
    .filter((one) => isActive(one) && one.foldedInto === null)
    .sort(byOpening);
}

/** All that it is about is what the root, or something below it, is about. */
function isCovered(incidents: Incidents, { id, targets }: Incident, root: string): boolean {
  const family = [incidents.get(root), ...childrenOf(incidents, root)].filter(
    (each) => each !== undefined && each.id !== id,
  );
  const known = family.flatMap((each) => each?.targets ?? []);
  return targets.length > 0 && targets.every((target) => known.some((other) => isSameTarget(target, other)));
}

/** Somebody who watches an object tells that it is well. */
export interface Recovery {
  target: string;
  /** Since when, canonical. */
  since: string;
}

/** Nobody tells that a failed unit runs again; who watches the same unit does. What failed after that has failed again. */
export function endFailures(incidents: Incidents, recoveries: readonly Recovery[], at: number): void {
  const told = recoveries.filter(({ target }) => !isToldElsewhere(incidents, target));
  if (told.length === 0) return;
  for (const one of incidents.values()) {
    const well = told.filter(({ target }) => one.targets.some((each) => isSameTarget(each, target)));
    if (one.intake !== 'unit' || !isActive(one) || well.length === 0) continue;
    const members = one.members.map((member) => {
      const after = well.find(({ since }) => member.status === 'firing' && isBefore(member.startsAt, since));
      return after === undefined ? member : endedAt(member, after.since, at);
    });
    if (members.some((member, index) => member !== one.members[index])) {
      incidents.set(one.id, settle({ ...one, members }, at));
    }
  }
}

function endedAt(member: Episode, endsAt: string, at: number): Episode {
  return { ...member, status: 'resolved', ended: 'told', endsAt, resolvedSeenAt: at };
}

function isToldElsewhere(incidents: Incidents, target: string): boolean {
  return [...incidents.values()].some(
    (one) => one.intake !== 'unit' && isActive(one) && one.targets.some((each) => isSameTarget(each, target)),
  );
}
