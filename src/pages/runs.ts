import { formatDuration } from '../lib/duration.ts';
import type { LogLine } from '../protocol/event.ts';
import { type Frame, pathOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { tellEvent } from './run-timeline.ts';
import { outcomeTone } from './tones.ts';
import { brief, chip, clockTime, dollars, moment, plural } from './words.ts';

/** As in a list of runs. Times are milliseconds. */
export interface RunRow {
  run: string;
  name: string | null;
  openedAt: number;
  goal: string | null;
  prompt: string | null;
  trigger: string | null;
  /** `open` while a process works on it. */
  outcome: string;
  costUsd: number | null;
  durationMs: number | null;
}

export function runsPage(frame: Frame, runs: readonly RunRow[]): string {
  return page(frame, {
    title: 'Runs',
    section: 'runs',
    body: html`<h1>${runs.length === 0 ? 'No runs yet' : 'Runs'}</h1>
${runs.length > 0 && html`<ul class="list">${runs.map((run) => item(frame, run))}</ul>`}`,
  });
}

function item(
  frame: Frame,
  { run, outcome, openedAt, trigger, durationMs, costUsd, ...named }: RunRow,
): Html {
  return html`<li><a class="item" href="${pathOf(frame, 'runs', run)}"><strong>${titleOf(named)}</strong>
<span class="row">${chip(outcome, outcomeTone(outcome))}<span>${moment(openedAt, frame.now)}</span>${trigger !== null && html`<span>${trigger}</span>`}${durationMs !== null && html`<span>${formatDuration(durationMs)}</span>`}${costUsd !== null && costUsd > 0 && html`<span>${dollars(costUsd)}</span>`}</span></a></li>`;
}

function titleOf({ name, goal, prompt }: Pick<RunRow, 'name' | 'goal' | 'prompt'>): string {
  return brief(name ?? goal ?? prompt ?? 'a run', 120);
}

/** `older`: lines of its log that are not shown. */
export function runPage(
  frame: Frame,
  { row, lines, older }: { row: RunRow; lines: readonly LogLine[]; older: number },
): string {
  const closed = lines.map(({ event }) => event).findLast((event) => event.type === 'run.closed');
  return page(frame, {
    title: titleOf(row),
    section: 'runs',
    body: html`<p class="row">${chip(row.outcome, outcomeTone(row.outcome))}<span>${moment(row.openedAt, frame.now)}</span>${row.durationMs !== null && html`<span>took ${formatDuration(row.durationMs)}</span>`}${row.costUsd !== null && row.costUsd > 0 && html`<span>${dollars(row.costUsd)}</span>`}</p>
<h1>${titleOf(row)}</h1>
<p class="dim">Run ${row.run}</p>
${closed?.message != null && html`<div class="note ${outcomeTone(closed.outcome)}"><p>${closed.message}</p></div>`}
${closed?.result != null && html`<h2>Report</h2><section class="card"><pre>${closed.result}</pre></section>`}
<h2>Timeline</h2>
${older > 0 && html`<p class="dim">${plural(older, 'earlier line')}: steward runs show ${row.run.slice(0, 8)}</p>`}
<section class="card"><ol class="timeline">${lines.flatMap((line) => entry(frame, line))}</ol></section>`,
  });
}

function entry(frame: Frame, { time, event }: LogLine): Html[] {
  const told = tellEvent(event);
  if (told === null) return [];
  const { title, detail, tone } = told;
  const detailed = detail !== null && html` <span class="dim">${brief(detail, 400)}</span>`;
  return [html`<li class="t-${tone}">${clockTime(Date.parse(time), frame.now)} ${title}${detailed}</li>`];
}
