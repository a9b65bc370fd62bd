import type { Incident } from '../protocol/incident.ts';
import { type Frame, pathOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { INCIDENT_TONES, outcomeTone, severityTone } from './tones.ts';
import { brief, chip, clockTime, distance, moment, plural } from './words.ts';

const OVER = ['resolved', 'expired', 'closed'];
const MOST_MEMBERS = 50;
const MOST_TIMELINE = 300;

export function incidentsPage(frame: Frame, incidents: readonly Incident[]): string {
  const open = incidents.filter(({ state }) => !OVER.includes(state));
  const over = incidents.filter(({ state }) => OVER.includes(state)).slice(0, 50);
  return page(frame, {
    title: 'Incidents',
    section: 'incidents',
    body: html`<h1>${open.length === 0 ? 'Nothing fires' : plural(open.length, 'incident')}</h1>
${open.length > 0 && html`<ul class="list">${open.map((one) => item(frame, one))}</ul>`}
${over.length > 0 && html`<h2>Over</h2><ul class="list">${over.map((one) => item(frame, one))}</ul>`}`,
  });
}

function item(frame: Frame, one: Incident): Html {
  const firing = one.members.filter(({ status }) => status === 'firing').length;
  return html`<li><a class="item" href="${pathOf(frame, 'incidents', one.id)}"><strong>${brief(one.title, 120)}</strong>
<span class="row">${chip(one.state, INCIDENT_TONES[one.state])}${severity(one)}<span>${one.source}: ${firing} of ${one.members.length} fire</span><span>since ${moment(one.openedAt, frame.now)}</span></span></a></li>`;
}

function severity(one: Incident): Html | null {
  return one.severity === null ? null : chip(brief(one.severity, 20), severityTone(one.severity));
}

export interface IncidentView {
  incident: Incident;
  /** Those that a storm put under it. */
  folded: readonly Incident[];
  /** Markdown, as `steward incidents report` prints it. */
  report: string;
}

export function incidentPage(frame: Frame, { incident, folded, report }: IncidentView): string {
  const { title, state, hosts, acked, foldedInto } = incident;
  return page(frame, {
    title: brief(title, 80),
    section: 'incidents',
    body: html`<p class="row">${chip(state, INCIDENT_TONES[state])}${severity(incident)}<span>since ${moment(incident.openedAt, frame.now)}</span></p>
<h1>${brief(title, 200)}</h1>
${acked !== null && html`<div class="note calm"><p>${acked.by} has it, since ${moment(acked.at, frame.now)}${acked.comment !== null && `: ${acked.comment}`}</p></div>`}
<section class="card"><dl>
<dt>Incident</dt><dd>${incident.id}</dd>
<dt>From</dt><dd>${incident.source} by ${incident.intake}</dd>
<dt>Machines</dt><dd>${hosts.length === 0 ? 'none named' : hosts.join(', ')}</dd>
<dt>Group</dt><dd><code>${brief(incident.groupKey, 300)}</code></dd>
<dt>Deliveries</dt><dd>${incident.deliveries}, of them ${incident.duplicates} that said nothing new</dd>
${foldedInto !== null && html`<dt>Part of</dt><dd><a href="${pathOf(frame, 'incidents', foldedInto)}">${foldedInto}</a></dd>`}
</dl></section>
${runList(frame, incident)}
<h2>Timeline</h2>
<section class="card"><ol class="timeline">${incident.timeline.slice(-MOST_TIMELINE).map(({ at, text }) => html`<li>${clockTime(at, frame.now)} ${brief(text, 400)}</li>`)}</ol></section>
${members(incident)}
${folded.length > 0 && html`<h2>Folded into this</h2><ul class="list">${folded.map((one) => item(frame, one))}</ul>`}
<h2>Report</h2>
<section class="card"><details><summary>The report as Markdown</summary><pre>${report}</pre></details></section>`,
  });
}

function runList(frame: Frame, { runs }: Incident): Html | null {
  if (runs.length === 0) return null;
  return html`<h2>Runs</h2><ul class="list">${runs.map(
    ({
      run,
      startedAt,
      outcome,
    }) => html`<li><a class="item" href="${pathOf(frame, 'runs', run)}"><strong>${run.slice(0, 8)}</strong>
<span class="row">${outcome === null ? chip('runs', 'warn') : chip(outcome, outcomeTone(outcome))}<span>${distance(startedAt, frame.now)}</span></span></a></li>`,
  )}</ul>`;
}

function members({ members: all, missing }: Incident): Html {
  const rows = all.slice(0, MOST_MEMBERS).map((member) => {
    const labels = Object.entries(member.labels).filter(([name]) => name !== 'alertname');
    const words = labels.map(([name, value]) => `${name}=${value}`).join(' ');
    const summary = member.annotations.summary ?? member.annotations.description ?? null;
    return html`<li><div class="item"><strong>${summary === null ? member.fingerprint : brief(summary, 300)}</strong><span class="row">${chip(member.status, member.status === 'firing' ? 'bad' : 'good')}<span>since ${member.startsAt}</span><span>${brief(words, 300)}</span></span></div></li>`;
  });
  const more = all.length - MOST_MEMBERS;
  return html`<h2>Alerts</h2><ul class="list">${rows}</ul>
${more > 0 && html`<p class="dim">and ${more} more</p>`}${missing > 0 && html`<p class="dim">The source left out ${missing} more.</p>`}`;
}
