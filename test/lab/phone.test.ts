import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import { alertBody, type Serving, startServing, untilIncidents } from '../system/serving.ts';
import { type Box, createBox } from '../system/steward.ts';
import { PAGE_FAULTS } from './page-faults.ts';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
/** Others test beside us. */
const PATIENCE_MS = 90_000;
const CHANGE = (target: string, steps: string) => `title: Serve ${target} on 8080
why: Port 80 is taken by the new proxy
targets: [${target}.service]
apply:
${steps}verify:
  - run: ls ${target}.json
    for: 0s
`;
const EDIT = (target: string) => `  - edit: { file: ${target}.json, find: '80', replace: '8080' }\n`;

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: FLAGS.split(' '),
    timeout: PATIENCE_MS,
  });
});
afterAll(() => browser.close());

/** Real changes that wait, and the built program that serves them. */
async function scene(...targets: string[]) {
  const box = createBox();
  mkdirSync(join(box.cwd, 'old'));
  for (const target of targets) {
    writeFileSync(join(box.cwd, `${target}.json`), '{"port": 80}\n');
    const text = CHANGE(target, EDIT(target));
    const final = text.replace('verify:', '  - run: rm -r old\nrollback: []\nverify:');
    writeFileSync(join(box.cwd, 'change.yaml'), target === 'final' ? final : text);
    await box.run(['change', 'run', 'change.yaml']);
  }
  const { stdout } = await box.run(['approvals', 'list', '--json']);
  const waiting = (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
  const idOf = (target: string): string => {
    const found = waiting.find((one) => one.target === `${target}.service`);
    if (found === undefined) throw new Error(`nothing waits for ${target}: ${stdout}`);
    return found.id;
  };
  return { box, idOf, serving: await startServing(box, ['--no-runs']) };
}

async function openPhone(colorScheme: 'dark' | 'light' = 'light', javaScriptEnabled = false) {
  const context = await browser.newContext({
    ...{ viewport: { width: 390, height: 844 }, colorScheme, javaScriptEnabled, hasTouch: true },
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  return { page, complaints };
}

async function enroll(box: Box, { url }: Serving, page: Page, name: string): Promise<void> {
  const invited = await box.run(['pages', 'enroll', '--name', name, '--json']);
  const { search } = new URL((JSON.parse(invited.stdout) as { url: string }).url);
  await page.goto(`${url}/enroll${search}`);
  await page.getByRole('button', { name: 'Enrol' }).click();
  await page.getByRole('heading', { name: /answer/ }).waitFor();
}

const stateOf = async (box: Box, id: string): Promise<Approval> =>
  JSON.parse((await box.run(['approvals', 'show', id, '--json'])).stdout) as Approval;

describe('a phone of 390 pixels, without JavaScript', () => {
  it('enrols, reads what would run, approves, and sees what came of it', async () => {
    const { box, idOf, serving } = await scene('app');
    const { page, complaints } = await openPhone();
    await enroll(box, serving, page, 'kitchen');
    await page.getByRole('link', { name: 'Serve app on 8080' }).click();
    const text = await page.locator('main').innerText();
    for (const told of [
      'Port 80 is taken',
      'edit ',
      'Way back: the file is put back',
      '+{"port": 8080}',
      'ls app.json',
    ]) {
      expect(text).toContain(told);
    }
    await page.getByLabel('Comment').fill('go on');
    await page.getByRole('button', { name: 'Approve' }).click();
    // The page looks again by itself until it is done.
    await page.getByText('and carried out: fixed').waitFor();
    expect(readFileSync(join(box.cwd, 'app.json'), 'utf8')).toBe('{"port": 8080}\n');
    expect((await stateOf(box, idOf('app'))).answer).toMatchObject({ by: 'phone:kitchen', comment: 'go on' });
    expect(complaints).toEqual([]);
  });

  it('denies by the address of a message alone, once', async () => {
    const { box, idOf, serving } = await scene('app');
    const { page } = await openPhone('dark');
    const id = idOf('app');
    await page.goto(`${serving.url}/approvals/${id}?k=${await keyOf(box, serving, id)}`);
    expect(await page.getByRole('button').allInnerTexts()).toEqual(['Deny']);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Nothing was done.').waitFor();
    expect((await stateOf(box, id)).answer).toMatchObject({ kind: 'deny', by: 'phone:link' });
    // Back to the form, which is still there, and once more.
    await page.goBack();
    const button = page.getByRole('button', { name: 'Deny' });
    if (await button.isVisible()) {
      await button.click();
      await page.getByRole('heading', { name: 'Answered already' }).waitFor();
    }
    expect(await page.locator('main').innerText()).toMatch(/phone:link/);
  });

  it('is not made to answer by another site, nor shown inside one', async () => {
    const { box, idOf, serving } = await scene('app');
    const { page } = await openPhone();
    await enroll(box, serving, page, 'kitchen');
    const id = idOf('app');
    await page.goto(`${serving.url}/approvals/${id}`);
    const fields = await page.evaluate<string>(
      `[...document.querySelectorAll('input[type=hidden]')].map((input) => input.outerHTML).join('')`,
    );
    // All that a page of ours has, as if it had leaked, sent from somewhere else.
    const evil = await startEvil(
      `<form method=post action="${serving.url}/approvals/${id}">${fields}<button name=decision value=approve>Win</button></form><iframe src="${serving.url}/approvals"></iframe>`,
    );
    await page.goto(evil);
    expect(await page.frames()[1]?.locator('body').innerText()).not.toContain('Serve app');
    await page.getByRole('button', { name: 'Win' }).click();
    await page.getByRole('heading', { name: 'Sent from elsewhere' }).waitFor();
    expect((await stateOf(box, id)).state).toBe('pending');
  });

  it('shows what strangers wrote in an alert as text, also to a browser that runs scripts', async () => {
    const { box, serving } = await scene();
    const { page, complaints } = await openPhone('light', true);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const name = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    await serving.post('/alertmanager/main', alertBody(name));
    await untilIncidents(box, (all) => all.length === 1);
    await enroll(box, serving, page, 'kitchen');
    await page.goto(`${serving.url}/incidents`);
    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByText('The report as Markdown').click();
    expect(await page.evaluate('document.querySelectorAll("img, script, iframe").length')).toBe(0);
    expect([dialogs, complaints]).toEqual([[], []]);
  });

  it('can read and hit everything, in both schemes and on a desktop', async () => {
    const { box, idOf, serving } = await scene('app', 'final');
    await box.run(['pages', 'pin']);
    const key = await keyOf(box, serving, idOf('final'));
    const [stranger, device] = [await openPhone(), await openPhone()];
    await enroll(box, serving, device.page, 'kitchen');
    const seen = async (page: Page, path: string): Promise<void> => {
      await page.goto(`${serving.url}${path}`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [390, 1280]) {
          await page.setViewportSize({ width, height: 844 });
          const at = `${path} ${colorScheme} ${width}`;
          expect([at, await page.evaluate(PAGE_FAULTS)]).toEqual([at, []]);
        }
      }
    };
    const path = `/approvals/${idOf('final')}`;
    await seen(stranger.page, `${path}?k=${key}`);
    for (const each of [path, '/approvals', '/runs', '/incidents', '/findings', '/spend', '/pause']) {
      await seen(device.page, each);
    }
    expect([...stranger.complaints, ...device.complaints]).toEqual([]);
  });
});

/** Of the address that a message carries: made by whoever sends it, from what is in the state folder. */
async function keyOf(box: Box, _serving: Serving, id: string): Promise<string> {
  const { viewKey } = await import('../../src/app/pages/links.ts');
  const { openDiskStore } = await import('../../src/host/index.ts');
  return viewKey(openDiskStore(join(box.home, '.local/state/steward')), id);
}

async function startEvil(body: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>evil</title>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // Another name of the same machine is another site.
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
