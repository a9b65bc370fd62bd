import type { Severity } from '../protocol/finding.ts';
import type { Incident } from '../protocol/incident.ts';
import type { Line, Notice, Piece } from './notice.ts';
import { deedOf, type RunStory } from './run-story.ts';
import { storyLines } from './story-lines.ts';
import { clockTime, lasted, quote, type Scene, severityOf, since } from './words.ts';

export interface IncidentTold {
  incident: Incident;
  /** Incidents that belong to it. */
  folded: number;
  /** Of its last run that ended; null: none did. */
  story: RunStory | null;
  link: string | null;
}

/** What has come back so often comes and goes: who was told of that need not hear each time. */
const FLAPS = 3;
const MOST_ALERTS = 5;
const LONGEST_NAME = 80;
const LONGEST_SUMMARY = 160;

export function incidentThread(id: string): string {
  return `incident:${id}`;
}

/** How much it matters to whom it is told; what always had to come and did not is as bad as it gets. */
export function incidentSeverity({ severity, about }: Pick<Incident, 'severity' | 'about'>): Severity {
  return about === 'heartbeat' ? 'critical' : severityOf(severity);
}

/**
 * What is to be said of an incident as it is now; null: nothing. The same state of the same incident has the same key,
 * so it may be asked at any time, also after a crash.
 */
export function incidentNotice(told: IncidentTold, scene: Scene): Notice | null {
  const { incident } = told;
  const { state, stateSince, foldedInto } = incident;
  if (foldedInto !== null) {
    const deed: Line = [`: belongs to ${foldedInto}, which goes on telling of both`];
    return make(
      told,
      scene,
      { kind: 'changed', isLoud: false, isSequel: true, word: 'FOLDED', deed },
      `folded:${foldedInto}`,
    );
  }
  const key = `${state}:${stateSince}`;
  switch (state) {
    case 'open': {
      const { reopened } = incident;
      const again = reopened === 0 ? '' : reopened < FLAPS ? ', again' : `, for the ${reopened + 1}th time`;
      const last = reopened === FLAPS ? ' From now on its coming and going is told in silence.' : '';
      const deed: Line = [
        `${again}: `,
        deedWords(told, 'steward has not looked yet'),
        last === '' ? '' : `.${last}`,
      ];
      const kind = reopened === 0 ? 'opened' : reopened > FLAPS ? 'changed' : 'again';
      return make(told, scene, { kind, isLoud: kind !== 'changed', isSequel: false, deed }, key);
    }
    // It is in the next message what came of it; that somebody looks is no news.
    case 'investigating':
      return null;
    case 'investigated':
      return make(
        told,
        scene,
        { kind: 'changed', isLoud: true, isSequel: false, deed: [': ', deedWords(told, 'steward looked')] },
        key,
      );
    case 'acknowledged': {
      const deed: Line = [': ', quote(incident.acked?.by ?? 'somebody', 40, scene), ' has it'];
      return make(told, scene, { kind: 'changed', isLoud: false, isSequel: true, deed }, key);
    }
    case 'resolved':
      return over(told, scene, 'RECOVERED', incident.reopened < FLAPS, key);
    case 'expired':
      return over(told, scene, 'SILENT', true, key);
    case 'closed':
      return over(told, scene, 'CLOSED', false, key);
  }
}

/** Nobody has taken it, and it fires since `firingSince`. */
export function escalationNotice(told: IncidentTold, firingSince: number, scene: Scene): Notice {
  const { reopened } = told.incident;
  const waited = lasted(firingSince, scene.now);
  const deed: Line = [`: nobody has answered for ${waited}; `, deedWords(told, 'steward has not looked yet')];
  return make(
    told,
    scene,
    { kind: 'escalated', isLoud: true, isSequel: false, deed },
    `escalated:${reopened}`,
  );
}

/** Fires, and no person has it. */
export function isUnanswered({ state, foldedInto }: Pick<Incident, 'state' | 'foldedInto'>): boolean {
  return foldedInto === null && (state === 'open' || state === 'investigating' || state === 'investigated');
}

function over(told: IncidentTold, scene: Scene, word: string, isLoud: boolean, key: string): Notice {
  const { resolvedAt, stateSince, state, acked } = told.incident;
  const openedAt = firesSince(told.incident);
  const end = resolvedAt ?? stateSince;
  const from = clockTime(openedAt, scene);
  const silent = state === 'expired' ? ', nobody says that it ended' : '';
  const mine =
    acked === null || told.story !== null ? deedWords(told, 'steward did nothing') : `${acked.by} had it`;
  const deed: Line = [
    ` after ${lasted(openedAt, end)} (${from} to ${clockTime(end, scene)})${silent}: `,
    scene.mask(mine),
  ];
  const kind = told.incident.reopened < FLAPS ? 'recovered' : 'changed';
  return make(told, scene, { kind, isLoud, isSequel: true, word, deed, isOver: true }, key);
}

/** As those who watch say it; by our clock where they say nothing that can be. */
function firesSince({ members, openedAt }: Incident): number {
  const firing = members.filter(({ status }) => status === 'firing');
  const starts = (firing.length > 0 ? firing : members).map(({ startsAt }) => Date.parse(startsAt));
  const known = starts.filter((at) => at <= openedAt && at > 0);
  return Math.min(openedAt, ...known);
}

function deedWords({ story }: IncidentTold, otherwise: string): string {
  return story === null ? otherwise : deedOf(story);
}

interface Shape {
  kind: Notice['kind'];
  isLoud: boolean;
  isSequel: boolean;
  /** Instead of the severity, in front. */
  word?: string;
  deed: Line;
  isOver?: boolean;
}

function make(told: IncidentTold, scene: Scene, shape: Shape, key: string): Notice {
  const { incident, link } = told;
  const { id, stateSince, state } = incident;
  const openedAt = firesSince(incident);
  const severity = incidentSeverity(incident);
  const start = shape.isOver === true ? [] : [` ${since(openedAt, scene)}`];
  return {
    key: `incident:${id}:${key}`,
    thread: incidentThread(id),
    severity,
    kind: shape.kind,
    isLoud: shape.isLoud,
    isSequel: shape.isSequel,
    at: shape.kind === 'escalated' ? scene.now : stateSince,
    headline: [
      `${shape.word ?? severity.toUpperCase()} `,
      quote(whatOf(incident), LONGEST_NAME, scene),
      ...where(incident, scene),
      ...start,
      ...shape.deed,
    ],
    body: bodyOf(told, scene),
    link,
    facts: {
      incident: id,
      state,
      severity,
      source: incident.source,
      since: new Date(openedAt).toISOString(),
    },
  };
}

/** A finding says in its own words what is wrong with which object; its rule would not. */
function whatOf({ intake, members, title }: Incident): string {
  const text = intake === 'finding' ? members[0]?.annotations.summary : undefined;
  return text ?? title;
}

function where({ hosts, source, intake }: Incident, scene: Scene): Piece[] {
  const [first, ...more] = hosts;
  if (first === undefined)
    return intake === 'unit' ? [' on ', quote(source, 60, scene)] : [' from ', quote(source, 60, scene)];
  return [' on ', quote(first, 60, scene), ...(more.length === 0 ? [] : [` and ${more.length} more`])];
}

function bodyOf({ incident, folded, story }: IncidentTold, scene: Scene): Line[] {
  const { members, id, missing, about, state } = incident;
  const firing = members.filter(({ status }) => status === 'firing');
  const shown = (firing.length > 0 ? firing : members).slice(0, MOST_ALERTS);
  const known = members.length + missing;
  const isOver = state === 'resolved' || state === 'expired' || state === 'closed';
  const counts = [
    ...(known > 1 && !isOver ? [`${firing.length} of ${known} alerts fire`] : []),
    ...(folded > 0
      ? [`${folded} more incident${folded === 1 ? ' belongs' : 's belong'} to it${isOver ? '' : ' so far'}`]
      : []),
  ];
  return [
    ...(about === 'heartbeat' ? [['It always has to fire, and it is not heard any more.']] : []),
    ...(about === 'monitoring' ? [['What watches is broken, not what is watched.']] : []),
    ...shown.map(({ labels, annotations }): Line => {
      const text = annotations.summary ?? annotations.description ?? annotations.message ?? '';
      const place = labels.instance ?? labels.host ?? labels.unit ?? '';
      const words = [place, text].filter((word) => word !== '').join(': ');
      return ['> ', quote(words === '' ? incident.title : words, LONGEST_SUMMARY, scene)];
    }),
    ...(counts.length > 0 ? [[`${counts.join('; ')}.`]] : []),
    ...(story === null ? [] : ['', ...storyLines(story, scene)]).map(
      (line): Line => (line === '' ? [''] : (line as Line)),
    ),
    [''],
    [isOver ? `steward incidents report ${id}` : `Say that you have it: steward incidents ack ${id}`],
  ];
}
