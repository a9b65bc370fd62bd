import { type Frame, pathOf } from './frame.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import type { Tone } from './words.ts';

export interface Message {
  title: string;
  text: string;
  hint: string | null;
  tone: Tone;
  /** Path and query of where to go on, in our own pages. */
  back: { href: string; word: string } | null;
}

export function messagePage(frame: Frame, { title, text, hint, tone, back }: Message): string {
  return page(frame, {
    title,
    section: null,
    body: html`<h1>${title}</h1>
<div class="note ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}"><p>${text}</p>${hint !== null && html`<p>${hint}</p>`}</div>
${back !== null && html`<p><a class="button" href="${back.href}">${back.word}</a></p>`}
${back === null && frame.viewer.kind === 'device' && html`<p><a class="button" href="${pathOf(frame, 'approvals')}">To the approvals</a></p>`}`,
  });
}
