import { type Frame, pathOf } from './frame.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { distance } from './words.ts';

/** How long a pause can be asked for here; `` is until somebody resumes. */
export const PAUSE_CHOICES = ['1h', '4h', '12h', '1d', ''] as const;

export function pausePage(frame: Frame, { token }: { token: string }): string {
  const { paused, now } = frame;
  const isPaused = paused !== null;
  const end = paused?.until == null ? 'until somebody resumes' : `it ends ${distance(paused.until, now)}`;
  return page(frame, {
    title: isPaused ? 'Paused' : 'Pause',
    section: 'pause',
    body: html`<h1>${isPaused ? 'Paused' : 'Not paused'}</h1>
${paused === null ? html`<p>Runs may act, as far as settings and approvals let them.</p>` : html`<div class="note warn" role="status"><p><strong>Paused</strong> by ${paused.by}; ${end}. Runs look and report; nothing has an effect.</p></div>`}
<section class="card"><form method="post" action="${pathOf(frame, 'pause')}">
<input type="hidden" name="form" value="${token}">
<label for="for">${isPaused ? 'Pause anew, from now' : 'For how long'}</label>
<select id="for" name="for">${PAUSE_CHOICES.map((choice) => html`<option value="${choice}">${choice === '' ? 'until somebody resumes' : choice}</option>`)}</select>
<p class="help">Nothing has an effect while steward is paused: runs look and report, and nothing can be approved. The way back of a change that has begun stays open.</p>
<div class="buttons"><button class="no" name="do" value="pause">Pause</button>${isPaused && html`<button name="do" value="resume">Resume</button>`}</div>
</form></section>`,
  });
}
