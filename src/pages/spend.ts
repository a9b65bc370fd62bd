import type { Frame } from './frame.ts';
import { type Html, html } from './html.ts';
import { page } from './page.ts';
import { dollars } from './words.ts';

/** US dollars; a limit of null is none. */
export interface SpendView {
  dayUsd: number;
  dayLimitUsd: number | null;
  monthUsd: number;
  monthLimitUsd: number | null;
  /** Of today. */
  byTrigger: { trigger: string; usd: number; limitUsd: number | null }[];
}

export function spendPage(frame: Frame, view: SpendView): string {
  const { byTrigger } = view;
  return page(frame, {
    title: 'Spend',
    section: 'spend',
    body: html`<h1>Spend</h1>
<section class="card">${meter('Today', view.dayUsd, view.dayLimitUsd)}</section>
<section class="card">${meter('This month', view.monthUsd, view.monthLimitUsd)}</section>
${byTrigger.length > 0 && html`<h2>Today, by what began the run</h2><section class="card"><table><thead><tr><th scope="col">Trigger</th><th scope="col" class="n">Spent</th><th scope="col" class="n">Budget</th></tr></thead><tbody>${byTrigger.map(({ trigger, usd, limitUsd }) => html`<tr><td>${trigger}</td><td class="n">${dollars(usd)}</td><td class="n">${limitUsd === null ? 'no limit' : dollars(limitUsd)}</td></tr>`)}</tbody></table></section>`}
<p class="dim">Of every run of this state folder; requests under way count at the most they can cost.</p>`,
  });
}

function meter(name: string, usd: number, limitUsd: number | null): Html {
  const words = limitUsd === null ? 'no budget is set' : `of ${dollars(limitUsd)}`;
  return html`<h3>${name}</h3><p><strong>${dollars(usd)}</strong> <span class="dim">${words}</span></p>
${limitUsd !== null && html`<progress max="${limitUsd}" value="${Math.min(usd, limitUsd)}" aria-label="${name}, of the budget"></progress>`}`;
}
