import type { Approval } from '../protocol/approval.ts';
import { type Frame, pathOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { APPROVAL_TONES, EFFECT_TONES } from './tones.ts';
import { chip, distance, moment } from './words.ts';

export interface ApprovalsView {
  pending: Approval[];
  /** What waits at the executor, which is answered on the host alone. */
  elsewhere: Approval[];
  /** Why it is not known what waits there. */
  elsewhereProblem: string | null;
  /** The newest of those that are over or being carried out. */
  past: Approval[];
}

export function approvalsPage(frame: Frame, view: ApprovalsView): string {
  const { pending, elsewhere, elsewhereProblem, past } = view;
  const waiting = [...pending, ...elsewhere];
  return page(frame, {
    title: 'Approvals',
    section: 'approvals',
    body: html`<h1>${waiting.length === 0 ? 'Nothing waits for an answer' : 'Waiting for an answer'}</h1>
${waiting.length > 0 && html`<ul class="list">${waiting.map((approval) => item(frame, approval))}</ul>`}
${elsewhereProblem !== null && html`<div class="note warn"><p>What waits at the executor is not known: ${elsewhereProblem}</p></div>`}
${past.length > 0 && html`<h2>Answered or over</h2><ul class="list">${past.map((approval) => item(frame, approval))}</ul>`}`,
  });
}

function item(
  frame: Frame,
  { id, title, effect, target, state, expiresAt, updatedAt, answer }: Approval,
): Html {
  const isPending = state === 'pending';
  const when = isPending
    ? html`<span>expires ${distance(expiresAt, frame.now)}</span>`
    : html`<span>${answer !== null && `${answer.by}, `}${moment(updatedAt, frame.now)}</span>`;
  return html`<li><a class="item" href="${pathOf(frame, 'approvals', id)}"><strong>${title}</strong>
<span class="row">${isPending ? chip(effect, EFFECT_TONES[effect]) : chip(state, APPROVAL_TONES[state])}<span>${target}</span>${when}</span></a></li>`;
}
