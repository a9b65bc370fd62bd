import type { KnownFinding } from '../protocol/finding.ts';
import type { Frame } from './frame.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { severityTone } from './tones.ts';
import { chip, distance, moment } from './words.ts';

const MOST_GONE = 50;

export function findingsPage(frame: Frame, findings: readonly KnownFinding[]): string {
  const standing = findings.filter(({ goneAt }) => goneAt === null);
  const gone = findings.filter(({ goneAt }) => goneAt !== null).slice(0, MOST_GONE);
  return page(frame, {
    title: 'Findings',
    section: 'findings',
    body: html`<h1>${standing.length === 0 ? 'No rule found anything that stands' : 'What rules found'}</h1>
${standing.length > 0 && html`<ul class="list">${standing.map((one) => item(frame, one))}</ul>`}
${gone.length > 0 && html`<h2>Gone</h2><ul class="list">${gone.map((one) => item(frame, one))}</ul>`}`,
  });
}

function item({ now }: Frame, { key, severity, since, lastSeen, goneAt, mutedUntil }: KnownFinding): Html {
  const end = goneAt === null ? `seen ${distance(lastSeen, now)}` : `gone ${distance(goneAt, now)}`;
  return html`<li><div class="item"><strong>${key}</strong><span class="row">${goneAt === null ? chip(severity, severityTone(severity)) : chip('gone', 'calm')}<span>since ${moment(since, now)}</span><span>${end}</span>${mutedUntil !== null && html`<span>muted, ends ${distance(mutedUntil, now)}</span>`}</span></div></li>`;
}
