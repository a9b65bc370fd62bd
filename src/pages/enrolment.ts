import type { Frame } from './frame.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { distance } from './words.ts';

/** Only asks: whoever looks at an address before a person does must not use it up. */
export function enrolmentPage(
  frame: Frame,
  { name, secret, expiresAt, isPlain }: { name: string; secret: string; expiresAt: number; isPlain: boolean },
): string {
  return page(frame, {
    title: 'Enrol this device',
    section: null,
    body: html`<h1>Enrol this device as “${name}”</h1>
<p>From then on it can see what steward on ${frame.host} does, approve, deny and pause, until it is revoked there: <code>steward pages revoke ${name}</code>.</p>
${isPlain && html`<div class="note warn"><p>This page came without TLS: whoever can listen on the way can become this device.</p></div>`}
<section class="card"><form method="post" action="${frame.prefix}/enroll">
<input type="hidden" name="t" value="${secret}">
<p>This address works once, and ends ${distance(expiresAt, frame.now)}.</p>
<div class="buttons"><button>Enrol</button></div>
</form></section>`,
  });
}
