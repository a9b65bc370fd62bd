import type { Approval } from '../protocol/approval.ts';
import type { ShownPlan } from '../protocol/executor.ts';
import { type Html, html } from './html.ts';

export interface PlanView {
  approval: Approval;
  /** As it would be done now; null: it waits no more, or nobody could plan it in time. */
  plan: ShownPlan | null;
  /** Why there is no plan although it waits. */
  planProblem: string | null;
}

/** What runs, how each step is taken back, what it changes line by line, and what would prove it. */
export function planCards({ approval, plan, planProblem }: PlanView): Html {
  const { steps, undo } = approval;
  return html`<h2>What runs</h2>
<section class="card"><ol class="steps">${steps.map((step, index) => stepItem(step, undo[index] ?? null))}</ol></section>
${planProblem !== null && html`<div class="note warn"><p>What it would change could not be shown: ${planProblem}</p></div>`}
${plan !== null && plan.problem !== null && html`<div class="note warn"><p>It cannot be done any more: ${plan.problem}</p></div>`}
${plan !== null && plan.problem === null && !plan.isSame && html`<div class="note warn"><p>What it rests on has moved: a yes will not count, and the new plan will wait. It would be:</p></div>`}
${plan !== null && plan.diffs.length > 0 && html`<h2>What changes</h2><section class="card">${plan.diffs.map(({ path, diff }) => html`<p class="path">${path}</p>${diffBlock(diff)}`)}</section>`}
${proofList(plan?.proof ?? [])}`;
}

function stepItem(step: string, undo: string | null): Html {
  const back =
    undo === null
      ? html`<p class="undo none">Cannot be rolled back</p>`
      : html`<p class="undo">Way back: ${undo}</p>`;
  return html`<li><code class="step">${step}</code>${back}</li>`;
}

/** The signs stay: colour alone says nothing. */
export function diffBlock(diff: string): Html {
  // The last line break of a file is no line.
  const lines = diff.replace(/\n ?$/, '').split('\n');
  return html`<pre class="diff">${lines.map((line) => html`<span class="${toneOf(line)}">${line}</span>`)}</pre>`;
}

function toneOf(line: string): string {
  if (line.startsWith('+')) return 'add';
  if (line.startsWith('-')) return 'cut';
  return line.startsWith('@@') ? 'at' : 'same';
}

function proofList(proof: readonly string[]): Html | null {
  if (proof.length === 0) return null;
  return html`<h2>Proved by</h2><section class="card"><ul>${proof.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}
