import { type Frame, pathOf, type Section } from './frame.ts';
import { Html, html, type Shown } from './html.ts';
import { STYLE } from './style.ts';
import { distance, zoneOf } from './words.ts';

const NAV: { section: Section; word: string }[] = [
  { section: 'approvals', word: 'Approvals' },
  { section: 'incidents', word: 'Incidents' },
  { section: 'runs', word: 'Runs' },
  { section: 'findings', word: 'Findings' },
  { section: 'spend', word: 'Spend' },
];

export interface PageParts {
  title: string;
  /** null: it belongs to none. */
  section: Section | null;
  body: Shown;
}

/** The whole document. */
export function page(frame: Frame, { title, section, body }: PageParts): string {
  const isKnown = frame.viewer.kind === 'device';
  return Html.markupOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · steward</title>
<link rel="icon" href="${frame.prefix}/icon.svg" type="image/svg+xml">
<style>${Html.trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<div class="bar">
<div class="brand"><strong>steward</strong><span>${frame.host}${whoOf(frame)}</span>${isKnown && html`<a href="${pathOf(frame, 'pause')}"${section === 'pause' && html` aria-current="page"`}>${frame.paused === null ? 'Pause' : 'Resume'}</a>`}</div>
${isKnown && nav(frame, section)}
</div>
</header>
<main id="content">
${isKnown && section !== 'pause' && pausedNote(frame)}
${body}
</main>
<footer><p>Times are those of ${frame.host} (${zoneOf(frame.now)}).</p></footer>
</body>
</html>
`);
}

function whoOf({ viewer }: Frame): string {
  return viewer.kind === 'device' ? ` · ${viewer.name}` : '';
}

function nav(frame: Frame, current: Section | null): Html {
  return html`<nav aria-label="Sections"><ul>${NAV.map(
    ({ section, word }) =>
      html`<li><a href="${pathOf(frame, section)}"${section === current && html` aria-current="page"`}>${word}${section === 'approvals' && frame.waiting > 0 && html`<b>${frame.waiting}</b>`}</a></li>`,
  )}</ul></nav>`;
}

function pausedNote(frame: Frame): Html | null {
  const { paused, now } = frame;
  if (paused === null) return null;
  const end = paused.until === null ? 'until somebody resumes' : `it ends ${distance(paused.until, now)}`;
  return html`<div class="note warn"><p><strong>Paused</strong> by ${paused.by}; ${end}. Runs look and report; nothing has an effect. <a href="${pathOf(frame, 'pause')}">Resume</a></p></div>`;
}
