import type { Approval } from '../protocol/approval.ts';
import { type Frame, pathOf } from './frame.ts';
import { type Html, html } from './html.ts';
import { plural } from './words.ts';

export interface AnswerForm {
  /** Bound to who sees the page and to this approval. */
  token: string;
  /** A PIN is set on the host, so that whoever knows it may say yes without an enrolled device. */
  hasPin: boolean;
}

/** `no` comes first, so that the return key in a field cannot be a yes. */
export function answerForm(frame: Frame, approval: Approval, { token, hasPin }: AnswerForm): Html {
  const { viewer } = frame;
  const { id, digest, undo } = approval;
  const isEnrolled = viewer.kind === 'device';
  const canApprove = isEnrolled || hasPin;
  const lost = lostSteps(undo);
  return html`<h2 id="answer">Your answer</h2>
<section class="card">
${!isEnrolled && strangerWords(frame, approval, hasPin)}
<form method="post" action="${pathOf(frame, 'approvals', id)}" autocomplete="off" aria-labelledby="answer">
<input type="hidden" name="form" value="${token}"><input type="hidden" name="digest" value="${digest}">
${viewer.kind === 'link' && html`<input type="hidden" name="k" value="${viewer.key}">`}
<label for="comment">Comment, if you like</label>
<input id="comment" name="comment" type="text" maxlength="500">
${canApprove && !isEnrolled && html`<label for="pin">PIN, to approve</label><input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required>`}
${canApprove && lost > 0 && html`<label class="check"><input type="checkbox" name="understood" value="yes" required><span>I know that ${plural(lost, 'step')} cannot be rolled back</span></label>`}
<div class="buttons"><button class="no" name="decision" value="deny" formnovalidate>Deny</button>
${canApprove ? html`<button name="decision" value="approve">Approve</button>` : html`<p class="help">To approve, enrol this device.</p>`}</div>
</form></section>`;
}

function strangerWords(frame: Frame, { id }: Approval, hasPin: boolean): Html {
  const { viewer } = frame;
  const again =
    viewer.kind === 'link'
      ? `${pathOf(frame, 'approvals', id)}?k=${encodeURIComponent(viewer.key.toWellFormed())}`
      : '';
  return html`<p class="help">This address shows the approval and can deny it. To approve takes ${hasPin ? 'the PIN, or an enrolled device' : 'an enrolled device'}: <code>steward pages enroll</code> on ${frame.host}.</p>
<p class="help">Is this one enrolled? Coming from another app it is not recognised at once: <a href="${again}">open the page again</a>.</p>`;
}

/** Steps that nothing undoes. */
export function lostSteps(undo: Approval['undo']): number {
  return undo.filter((way) => way === null).length;
}
