import type { Episode } from '../protocol/episode.ts';
import type { Incident } from '../protocol/incident.ts';
import type { JoinRules } from './rules.ts';
import { type Incidents, settle } from './take-delivery.ts';
import { findSilent, type Heartbeats, tellAbsence } from './take-heartbeat.ts';
import { isActive } from './transitions.ts';

/** What nothing that arrives can tell: that something does not arrive. */
export function passTime(
  { incidents, heartbeats }: { incidents: Incidents; heartbeats: Heartbeats },
  { at, awakeSince }: { at: number; awakeSince: number },
  rules: JoinRules,
): void {
  for (const one of incidents.values()) {
    if (!isActive(one)) continue;
    const members = one.members.map((member) => endOf(member, one, at, rules));
    // What was left out has no times of its own: it ends with the last of what was told.
    const missing = at - lastSeenAt(members) > rules.expireMs ? 0 : one.missing;
    const isSame = missing === one.missing && members.every((member, index) => member === one.members[index]);
    if (!isSame) incidents.set(one.id, settle({ ...one, members, missing }, at));
  }
  for (const heartbeat of findSilent(heartbeats, at, awakeSince, rules)) {
    tellAbsence(incidents, heartbeat, 'firing', at, rules);
  }
  forgetOld(incidents, at, rules);
}

function lastSeenAt(members: readonly Episode[]): number {
  return Math.max(...members.map(({ lastSeenAt: seenAt }) => seenAt));
}

function endOf(member: Episode, { about }: Incident, at: number, rules: JoinRules): Episode {
  // Nobody repeats that something does not come.
  if (member.status !== 'firing' || about === 'heartbeat') return member;
  const ended = { ...member, status: 'resolved' as const, resolvedSeenAt: at };
  if (member.unlistedAt !== null && at - member.unlistedAt > rules.unlistedMs)
    return { ...ended, ended: 'unlisted' };
  if (at - member.lastSeenAt > rules.expireMs) return { ...ended, ended: 'expired' };
  return member;
}

function forgetOld(incidents: Incidents, at: number, { keep, keepMs }: JoinRules): void {
  const over = [...incidents.values()]
    .filter((one) => !isActive(one))
    .sort((a, b) => b.updatedAt - a.updatedAt);
  for (const [index, { id, updatedAt }] of over.entries()) {
    if (index >= keep || at - updatedAt > keepMs) incidents.delete(id);
  }
}
