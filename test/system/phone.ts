import type { Approval } from '../../src/protocol/approval.ts';
import type { Serving } from './serving.ts';
import type { Box } from './steward.ts';

const show = async (box: Box, id: string): Promise<Approval> =>
  JSON.parse((await box.run(['approvals', 'show', id, '--json'])).stdout) as Approval;

export async function untilState(box: Box, id: string, state: Approval['state']): Promise<Approval> {
  const end = performance.now() + 80_000;
  for (;;) {
    const approval = await show(box, id);
    if (approval.state === state) return approval;
    if (performance.now() > end) throw new Error(`not in time: ${JSON.stringify(approval)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** As the form of a page is sent. */
export const sendForm = (serving: Serving, path: string, form: Record<string, string>, cookie = '') =>
  fetch(`${serving.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: serving.url, 'sec-fetch-site': 'same-origin', cookie },
    body: new URLSearchParams(form),
  });

/** Gives the Cookie header of a device of this name. */
export async function enrollPhone(box: Box, serving: Serving, name: string): Promise<string> {
  const { stdout } = await box.run(['pages', 'enroll', '--name', name, '--json']);
  const { url } = JSON.parse(stdout) as { url: string };
  const done = await sendForm(serving, '/enroll', { t: new URL(url).searchParams.get('t') ?? '' });
  return done.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** What the form of a page would send along. */
export async function hiddenFields(
  serving: Serving,
  path: string,
  cookie: string,
): Promise<Record<string, string>> {
  const page = await (await fetch(`${serving.url}${path}`, { headers: { cookie } })).text();
  const hidden = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, value]));
}
