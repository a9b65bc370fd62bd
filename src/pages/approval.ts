import { lastingFix, ownCommit } from '../lib/lasting-fix.ts';
import type { Approval } from '../protocol/approval.ts';
import { type AnswerForm, answerForm, lostSteps } from './answer-form.ts';
import { type Evidence, evidenceCard } from './evidence.ts';
import { type Frame, pathOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { type PlanView, planCards } from './plan.ts';
import { EFFECT_TONES, EFFECT_WORDS } from './tones.ts';
import { chip, moment, plural } from './words.ts';

export interface ApprovalView extends PlanView {
  evidence: readonly Evidence[];
  /** It waits at the executor, which is answered on the host alone. */
  isElsewhere: boolean;
  form: AnswerForm;
}

/** Changes that take longer are rare. */
const LONG_MS = 15 * 60_000;

/** Everything that somebody who answers has to know, and then the two answers. */
export function approvalPage(frame: Frame, view: ApprovalView): string {
  const { approval, isElsewhere, form } = view;
  const { id, title, state, effect } = approval;
  const isOpen = state === 'pending';
  return page(frame, {
    title,
    section: 'approvals',
    body: html`<p class="row">${chip(effect, EFFECT_TONES[effect])}<span>${EFFECT_WORDS[effect]}</span></p>
<h1>${title}</h1>
${standing(frame, approval)}
${isOpen && cannotBeTakenBack(approval)}
${(approval.doubts ?? []).length > 0 && html`<div class="note warn"><p><strong>Mind</strong></p><ul>${(approval.doubts ?? []).map((doubt) => html`<li>${doubt}</li>`)}</ul></div>`}
${facts(frame, view)}
${planCards(view)}
${evidenceCard(frame, view.evidence)}
${isOpen && isElsewhere && html`<div class="note calm"><p>This needs root, and is answered on ${frame.host} alone: whoever can reach this page must not be able to become root by it.</p><pre>steward approvals approve ${id} --digest ${approval.digest.slice(0, 12)}</pre></div>`}
${isOpen && !isElsewhere && answerForm(frame, approval, form)}`,
  });
}

/** How it stands, and who answered when: also when that was somewhere else. */
function standing(frame: Frame, approval: Approval): Html | null {
  const { state, answer, result, expiresAt } = approval;
  const who =
    answer === null ? null : html` by <strong>${answer.by}</strong> at ${moment(answer.at, frame.now)}`;
  const comment = answer?.comment == null ? null : html`<p>“${answer.comment}”</p>`;
  switch (state) {
    case 'pending':
      return html`<p class="dim">Expires at ${moment(expiresAt, frame.now)}. Nothing is done before somebody says yes.</p>`;
    case 'approved':
      return html`<div class="note good" role="status"><p><strong>Approved</strong>${who}. It is being carried out; this page looks again by itself.</p>${answer !== null && frame.now - answer.at > LONG_MS && html`<p>That is long. If it was cut off, <code>steward recover</code> on ${frame.host} takes it up.</p>`}${comment}</div>`;
    case 'done':
      return html`<div class="note ${result?.outcome === 'fixed' ? 'good' : 'warn'}" role="status"><p><strong>Approved</strong>${who}, and carried out: ${result?.outcome ?? 'its end is not known'}.</p>${result !== null && html`<p>${result.message}</p>${runLink(frame, result.run)}`}${comment}</div>`;
    case 'denied':
      return html`<div class="note calm" role="status"><p><strong>Denied</strong>${who}. Nothing was done.</p>${comment}</div>`;
    case 'expired':
      return html`<div class="note calm" role="status"><p><strong>Expired</strong> at ${moment(expiresAt, frame.now)}. Nothing was done; it is proposed again as long as it is wanted.</p></div>`;
    case 'void':
      return html`<div class="note calm" role="status"><p><strong>Void</strong>: ${result?.message ?? 'what it rested on has moved'}.${answer !== null && html` It had been answered${who}.`} Nothing was done by it.</p></div>`;
  }
}

function runLink(frame: Frame, run: string): Html | null {
  if (frame.viewer.kind !== 'device' || run === '') return null;
  return html`<p><a href="${pathOf(frame, 'runs', run)}">What the run did</a></p>`;
}

function cannotBeTakenBack({ undo }: Approval): Html | null {
  const count = lostSteps(undo);
  if (count === 0) return null;
  const which =
    count === undo.length ? (count === 1 ? 'This step' : 'None of these steps') : plural(count, 'step');
  const words = count === undo.length && count > 1 ? 'can be rolled back' : 'cannot be rolled back';
  return html`<div class="note bad"><p><strong>${which} ${words}.</strong> They are marked below.</p></div>`;
}

function facts(frame: Frame, view: ApprovalView): Html {
  const { why, evidence, target, run, cwd, asked, by, preconditions, title, commit } = view.approval;
  const isDevice = frame.viewer.kind === 'device';
  const lasting = commit === undefined ? lastingFix(title, preconditions) : [];
  const committed = commit === undefined ? [] : ownCommit(commit, preconditions);
  return html`<section class="card"><dl>
<dt>Why</dt><dd>${why ?? 'No reason was given.'}</dd>
${evidence.length > 0 && view.evidence.length === 0 && html`<dt>Evidence</dt><dd>${evidence.join(', ')}</dd>`}
<dt>Target</dt><dd>${target}</dd>
<dt>Asked by</dt><dd>${by !== undefined && `${by.user}, `}run ${isDevice ? html`<a href="${pathOf(frame, 'runs', run)}">${run.slice(0, 8)}</a>` : run.slice(0, 8)} in <code>${cwd}</code>${asked > 1 && `, ${asked} times`}</dd>
${preconditions.length > 0 && html`<dt>Rests on</dt><dd>${preconditions.map(({ kind, name, value }) => html`<div>${kind} <code>${name}</code> ${value === null ? 'not being there' : `as it was (${value.slice(0, 12)})`}</div>`)}</dd>`}
${lasting.length > 0 && html`<dt>To last</dt><dd>${lasting.map((line) => html`<code>${line}</code>`)}</dd>`}
${committed.length > 0 && html`<dt>Becomes a commit</dt><dd>${committed.map((line) => html`<div>${line}</div>`)}</dd>`}
</dl></section>`;
}
