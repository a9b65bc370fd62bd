import type { Incident, IncidentSignal, IncidentState } from '../protocol/incident.ts';

/** What a signal makes of a state; what is not here changes nothing. */
const MACHINE: Record<IncidentState, Partial<Record<IncidentSignal, IncidentState>>> = {
  open: {
    'run-started': 'investigating',
    quieted: 'resolved',
    acked: 'acknowledged',
    closed: 'closed',
    expired: 'expired',
  },
  investigating: {
    'run-ended': 'investigated',
    // Nobody has looked, after all.
    'run-cut': 'open',
    quieted: 'resolved',
    acked: 'acknowledged',
    closed: 'closed',
    expired: 'expired',
  },
  investigated: {
    'run-started': 'investigating',
    quieted: 'resolved',
    acked: 'acknowledged',
    closed: 'closed',
    expired: 'expired',
  },
  // A person has it: what fires besides, and what a run that was on it finds, is told and changes nothing.
  acknowledged: { quieted: 'resolved', closed: 'closed', expired: 'expired' },
  resolved: { fired: 'open', closed: 'closed' },
  expired: { fired: 'open', quieted: 'resolved', closed: 'closed' },
  closed: {},
};

export function nextState(state: IncidentState, signal: IncidentSignal): IncidentState {
  return MACHINE[state][signal] ?? state;
}

/** Something fires, as far as we know, and nobody said that it is over. */
export function isActive({ state }: Pick<Incident, 'state'>): boolean {
  return (
    state === 'open' || state === 'investigating' || state === 'investigated' || state === 'acknowledged'
  );
}

const LONGEST_TIMELINE = 200;

/** The same incident after a signal. The timeline tells only what changed the state. */
export function signal(incident: Incident, what: IncidentSignal, at: number, text: string): Incident {
  const state = nextState(incident.state, what);
  if (state === incident.state) return incident;
  const moved: Incident = {
    ...incident,
    state,
    stateSince: at,
    updatedAt: at,
    resolvedAt:
      state === 'resolved' || state === 'expired' ? at : state === 'closed' ? incident.resolvedAt : null,
    acked: state === 'open' ? null : incident.acked,
  };
  return tell(moved, at, text);
}

/** The first entries are kept: how it began is what a report is about. */
export function tell(incident: Incident, at: number, text: string): Incident {
  const { timeline } = incident;
  const kept =
    timeline.length < LONGEST_TIMELINE
      ? timeline
      : [...timeline.slice(0, LONGEST_TIMELINE / 2), ...timeline.slice(1 - LONGEST_TIMELINE / 2)];
  return { ...incident, updatedAt: at, timeline: [...kept, { at, text }] };
}
