import { targetOf } from '../lib/target-key.ts';
import type { Delivery } from '../protocol/delivery.ts';
import type { Incident, IncidentBook, IncidentInput, IncidentSignal } from '../protocol/incident.ts';
import { linkStorm, promoteOrphans } from './link-storm.ts';
import { endFailures, linkTarget } from './link-target.ts';
import { passTime } from './pass-time.ts';
import type { JoinRules } from './rules.ts';
import { type Incidents, takeDelivery } from './take-delivery.ts';
import { type Heartbeats, isHeartbeat, takeHeartbeat } from './take-heartbeat.ts';
import { stateDeliveries } from './take-state.ts';
import { isActive, signal, tell } from './transitions.ts';

export const EMPTY_BOOK: IncidentBook = { incidents: new Map(), heartbeats: new Map() };

interface Books {
  incidents: Incidents;
  heartbeats: Heartbeats;
}

/** The book after these inputs, in their order. The one before stays as it is. */
export function applyInputs(
  book: IncidentBook,
  inputs: readonly IncidentInput[],
  rules: JoinRules,
): IncidentBook {
  const books = { incidents: new Map(book.incidents), heartbeats: new Map(book.heartbeats) };
  for (const input of inputs) {
    apply(books, input, rules);
    promoteOrphans(books.incidents, input.at);
  }
  return books;
}

function apply(books: Books, input: IncidentInput, rules: JoinRules): void {
  switch (input.type) {
    case 'delivery.taken':
      take(books, input.delivery, input.at, rules);
      break;
    case 'state.seen':
      for (const delivery of stateDeliveries(books.incidents.values(), input))
        take(books, delivery, input.at, rules);
      break;
    case 'operator.acked':
      change(books.incidents, input.incident, (one) => {
        const { by, comment, at } = input;
        if (!isActive(one) || one.state === 'acknowledged') return one;
        return {
          ...signal(one, 'acked', at, `acknowledged by ${by}${said(comment)}`),
          acked: { by, at, comment },
        };
      });
      break;
    case 'operator.closed':
      change(books.incidents, input.incident, (one) => close(one, input));
      break;
    case 'incident.noted':
      change(books.incidents, input.incident, (one) =>
        one.timeline.at(-1)?.text === input.text ? one : tell(one, input.at, input.text),
      );
      break;
    case 'run.planned':
      change(books.incidents, input.incident, (one) => {
        const { run, at, goal } = input;
        const begun = {
          run,
          ...(goal === undefined ? {} : { goal }),
          startedAt: at,
          endedAt: null,
          outcome: null,
        };
        const runs = [...one.runs, begun];
        return tellOnce({ ...one, runs }, 'run-started', at, `run ${run} begins`);
      });
      break;
    case 'run.looked':
      noteLook(books.incidents, input);
      break;
    case 'run.ended':
      change(books.incidents, input.incident, (one) => endRun(one, input));
      break;
    case 'time.passed':
      passTime(books, input, rules);
  }
}

/** One that is closed already can still be answered. */
function close(one: Incident, input: Extract<IncidentInput, { type: 'operator.closed' }>): Incident {
  const { by, at, comment, verdict } = input;
  const word = verdict === undefined ? '' : ` as ${verdict}`;
  const closed = signal(one, 'closed', at, `closed by ${by}${word}${said(comment)}`);
  if (verdict === undefined) return closed;
  const told = closed === one ? tell(one, at, `called ${verdict} by ${by}${said(comment)}`) : closed;
  return { ...told, answer: { verdict, by, at, comment } };
}

function take(books: Books, delivery: Delivery, at: number, rules: JoinRules): void {
  const beats = delivery.alerts.filter((alert) => isHeartbeat(alert, rules));
  const alerts = delivery.alerts.filter((alert) => !isHeartbeat(alert, rules));
  for (const alert of beats) takeHeartbeat(books, { delivery, alert, at }, rules);
  const { incidents } = books;
  const ofGroup = (): Incident[] =>
    [...incidents.values()].filter(
      ({ source, groupKey }) => source === delivery.source && groupKey === delivery.groupKey,
    );
  const before = new Map(ofGroup().map(({ id, targets }) => [id, targets.join()]));
  const begun = takeDelivery(incidents, { ...delivery, alerts }, at, rules);
  for (const { id, targets } of ofGroup()) {
    if (begun.includes(id) || before.get(id) !== targets.join()) linkTarget(incidents, id, at);
  }
  for (const id of begun) linkStorm(incidents, id, at, rules);
  if (delivery.intake === 'unit') return;
  const recoveries = alerts.flatMap(({ status, labels, endsAt }) => {
    const target = status === 'resolved' ? targetOf(labels, rules.names) : null;
    return target === null ? [] : [{ target, since: endsAt ?? new Date(at).toISOString() }];
  });
  endFailures(incidents, recoveries, at);
}

/** Ends of runs that did not get to an answer. */
const CUT_SHORT = ['stopped', 'interrupted', 'failed'];

function endRun(
  one: Incident,
  { run, outcome, at, resumeAt }: Extract<IncidentInput, { type: 'run.ended' }>,
): Incident {
  const runs = one.runs.map((each) =>
    each.run === run && each.endedAt === null
      ? { ...each, endedAt: at, outcome, ...(resumeAt === undefined ? {} : { resumeAt }) }
      : each,
  );
  const isCut = CUT_SHORT.some((word) => outcome.startsWith(word));
  return tellOnce({ ...one, runs }, isCut ? 'run-cut' : 'run-ended', at, `run ${run} ended: ${outcome}`);
}

/** Also of the root: it is the same thing. */
function noteLook(
  incidents: Incidents,
  { source, groupKeys, run, startedAt, outcome, at }: Extract<IncidentInput, { type: 'run.looked' }>,
): void {
  const found = [...incidents.values()].filter(
    (one) =>
      one.intake === 'finding' && one.source === source && groupKeys.includes(one.groupKey) && isActive(one),
  );
  for (const id of new Set(found.flatMap((one) => [one.id, one.foldedInto ?? one.id]))) {
    change(incidents, id, (one) => {
      if (one.state !== 'open') return one;
      const begun = signal(
        { ...one, runs: [...one.runs, { run, startedAt, endedAt: null, outcome: null }] },
        'run-started',
        at,
        `run ${run} found it`,
      );
      return endRun(begun, { type: 'run.ended', at, incident: id, run, outcome });
    });
  }
}

/** It is news also where it does not change the state. */
function tellOnce(one: Incident, what: IncidentSignal, at: number, text: string): Incident {
  const moved = signal(one, what, at, text);
  return moved === one ? tell(one, at, text) : moved;
}

function change(incidents: Incidents, id: string, make: (one: Incident) => Incident): void {
  const one = incidents.get(id);
  if (one !== undefined) incidents.set(id, make(one));
}

function said(comment: string | null): string {
  return comment === null ? '' : `: ${comment}`;
}
