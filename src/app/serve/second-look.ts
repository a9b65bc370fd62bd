import { isActive } from '../../incidents/index.ts';
import { isSameHost } from '../../lib/target-key.ts';
import type { Delivery } from '../../protocol/delivery.ts';
import type { Incident, IncidentBook, IncidentInput } from '../../protocol/incident.ts';
import type { World } from '../world.ts';
import { askAlertmanager } from './ask-alertmanager.ts';
import type { ConsulPoll } from './ask-consul.ts';
import { readFailedUnit } from './failed-unit.ts';
import type { Observer } from './observe.ts';

/** What serve looks at by itself: what was sent was true when it was sent. */
export interface SecondLook {
  /** Right before a run would begin. */
  before(incident: Incident, now: number): Promise<Looked>;
  /** What nobody tells: that a unit runs again, and what a source left out. Now and then, and not for long. */
  sweep(book: IncidentBook, now: number): Promise<IncidentInput[]>;
}

export interface Looked {
  /** To be joined first; the incident may be over by that. */
  inputs: IncidentInput[];
  /** For the run, as data. */
  evidence: Record<string, unknown>;
  /** When to look again; null: a run may begin now. */
  againAt: number | null;
}

const SWEEP_EVERY_MS = 30_000;
/** For all of one sweep: the loop has other work. */
const SWEEP_MS = 8_000;
const AGAIN_MS = { unsettled: 5_000, silenced: 60_000 };

export function createSecondLook(world: World, observer: Observer, consul: ConsulPoll): SecondLook {
  const { clock } = world;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const isOwnUnit = ({ intake, source }: Incident): boolean =>
    intake === 'unit' && isSameHost(source.toLowerCase(), world.host.hostname.toLowerCase());

  async function readUnit(incident: Incident, now: number): Promise<Looked | null> {
    const member = incident.members.findLast(({ status }) => status === 'firing');
    const unit = member?.labels.unit;
    if (member === undefined || unit === undefined) return null;
    const invocation = member.annotations.invocation ?? null;
    const found = await readFailedUnit(observer, unit, { invocation, now });
    if (found === null) return null;
    const { isWell, isUnsettled, facts } = found;
    if (isWell) return { inputs: [isOver(incident, now)], evidence: {}, againAt: now };
    return { inputs: [], evidence: facts, againAt: isUnsettled ? now + AGAIN_MS.unsettled : null };
  }

  async function askSource(incident: Incident, now: number): Promise<Looked> {
    const asked = await askAlertmanager(observer, world, incident, now);
    if (asked === null) return { inputs: [], evidence: {}, againAt: null };
    if (!asked.ok) {
      const why = `the Alertmanager could not be asked: ${asked.reason}`;
      return { inputs: [], evidence: { not_asked: why }, againAt: null };
    }
    const { delivery, suppressed } = asked.value;
    const inputs: IncidentInput[] = [{ at: now, type: 'delivery.taken', delivery }];
    const firing = delivery.alerts.filter(({ status }) => status === 'firing');
    const isSilenced = firing.length > 0 && firing.every(({ fingerprint }) => suppressed.has(fingerprint));
    if (!isSilenced) return { inputs, evidence: {}, againAt: null };
    const by = [...new Set(firing.map(({ fingerprint }) => suppressed.get(fingerprint)))]
      .slice(0, 3)
      .join(', ');
    const text = `no run: the Alertmanager says that it is suppressed (${by})`;
    return {
      inputs: [...inputs, { at: now, type: 'incident.noted', incident: incident.id, text }],
      evidence: {},
      againAt: now + AGAIN_MS.silenced,
    };
  }

  return {
    async before(incident, now) {
      const unit = isOwnUnit(incident) ? await readUnit(incident, now) : null;
      return unit ?? askSource(incident, now);
    },
    async sweep(book, now) {
      const { incidents } = book;
      const polled = await consul.poll(book, now);
      if (now - sweptAt < SWEEP_EVERY_MS) return polled;
      sweptAt = now;
      const endAt = clock.elapsed() + SWEEP_MS;
      const inputs = polled;
      for (const one of incidents.values()) {
        if (!isActive(one) || clock.elapsed() > endAt) continue;
        // One that nobody has looked into yet is read right before its run.
        const isWatched = isOwnUnit(one) && (one.state !== 'open' || one.foldedInto !== null);
        if (isWatched) inputs.push(...((await readUnit(one, now))?.inputs ?? []));
        else if (one.missing > 0) inputs.push(...(await askSource(one, now)).inputs);
      }
      return inputs;
    },
  };
}

/** The unit runs again: what was told of it has ended. */
function isOver({ source, groupKey, groupLabels, members }: Incident, now: number): IncidentInput {
  const alerts: Delivery['alerts'] = members
    .filter(({ status }) => status === 'firing')
    .map(({ fingerprint, startsAt, labels, annotations }) => ({
      ...{ fingerprint, startsAt, labels, annotations },
      status: 'resolved',
      endsAt: new Date(now).toISOString(),
    }));
  const group = { groupKey, groupLabels, groupStatus: 'resolved' as const };
  return {
    at: now,
    type: 'delivery.taken',
    delivery: { intake: 'unit', source, ...group, alerts, truncated: 0, externalUrl: null, isAsked: true },
  };
}
