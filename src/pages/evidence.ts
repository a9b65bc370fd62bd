import type { Frame } from './frame.ts';
import { type Html, html } from './html.ts';
import { brief } from './words.ts';

/** What stands behind `P2`. Texts are masked. */
export interface Evidence {
  id: string;
  /** In one line; null: nobody knows any more. */
  title: string | null;
  /** What was printed, whole. */
  text: string | null;
}

const MOST_LINES = 14;
const MOST_LENGTH = 1_200;

/** What was printed is for enrolled devices: the address of an approval can stand where others read. */
export function evidenceCard({ viewer }: Frame, evidence: readonly Evidence[]): Html | null {
  if (evidence.length === 0) return null;
  return html`<h2>Evidence</h2>
<section class="card">${evidence.map((one) => item(viewer.kind === 'device' ? one : { ...one, text: null }))}</section>`;
}

function item({ id, title, text }: Evidence): Html {
  const words = title === null ? 'is not found in the log of the run' : brief(title, 300);
  const shown = text?.trim() ?? '';
  return html`<p><strong>${id}</strong> ${words}</p>${shown !== '' && html`<pre class="out">${shorten(shown)}</pre>`}`;
}

function shorten(text: string): string {
  const cut = text.split('\n').slice(0, MOST_LINES).join('\n').slice(0, MOST_LENGTH).toWellFormed();
  return cut.length < text.length ? `${cut}\n…` : cut;
}
