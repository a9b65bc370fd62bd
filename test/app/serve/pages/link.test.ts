import { describe, expect, it } from 'vitest';
import { createPin } from '../../../../src/app/pages/pin.ts';
import { fieldsOf, openRig, openRigOf, type Rig } from './rig.ts';

/** Somebody who has the address of one approval and nothing else. */
async function scene() {
  const rig = await openRig();
  const approval = await rig.propose();
  const path = `/approvals/${approval.id}`;
  const k = await rig.key(approval.id);
  const page = await rig.ask(`${path}?k=${k}`);
  return { ...rig, rig, approval, path, k, page, form: fieldsOf(page.body) };
}

const approve = (rig: Rig, path: string, form: Record<string, string>, pin: string) =>
  rig.send(path, { ...form, decision: 'approve', pin });

describe('the address of an approval', () => {
  it('shows it and nothing else', async () => {
    const { ask, propose, page, path, k } = await scene();
    expect(page.status).toBe(200);
    expect(page.body).toContain('edit /srv/app.json');
    expect(page.body).toContain('Way back: the file is put back as it was');
    expect(page.body).not.toContain('<nav');
    const other = await propose({ target: 'other.service' });
    const closed = [
      '/',
      '/approvals',
      '/incidents',
      '/runs',
      '/findings',
      '/spend',
      '/pause',
      `/approvals/${other.id}?k=${k}`,
      path,
      `${path}?k=`,
      `${path}?k=${k}x`,
      `${path}?k=${k.slice(0, -1)}`,
    ];
    for (const each of closed) {
      const { status, body } = await ask(
        each.includes('?') ? each : `${each}${each === path ? '' : `?k=${k}`}`,
      );
      expect([each, status >= 400]).toEqual([each, true]);
      expect(body).not.toContain('app.json');
    }
  });

  it('looks the same for what is not there as for what is, without its key', async () => {
    const { ask, path } = await scene();
    const there = await ask(`${path}?k=AAAAAAAAAAAAAAAAAAAAAA`);
    const nowhere = await ask('/approvals/a-nothing2?k=AAAAAAAAAAAAAAAAAAAAAA');
    expect([there.status, there.body]).toEqual([404, nowhere.body]);
  });

  it('denies, which is told as by the address', async () => {
    const { rig, send, ask, find, path, k, form, approval } = await scene();
    const done = await send(path, { ...form, decision: 'deny' });
    expect([done.status, done.headers.location]).toEqual([303, `${path}?k=${k}`]);
    expect((await find(approval.id)).answer).toMatchObject({ kind: 'deny', by: 'phone:link' });
    expect((await ask(`${path}?k=${k}`)).body).toContain('<strong>Denied</strong>');
    expect(rig.log).toEqual([`${approval.id} was denied by phone:link`]);
  });

  it('does not approve', async () => {
    const { rig, page, find, path, form, approval } = await scene();
    expect(page.body).not.toContain('value="approve"');
    const { status, body } = await approve(rig, path, form, '');
    expect([status, body]).toEqual([403, expect.stringContaining('No PIN is set')]);
    expect((await find(approval.id)).state).toBe('pending');
    expect(rig.begun).toEqual([]);
  });

  it('is worth nothing in a form of another site, nor with the key of another approval', async () => {
    const { send, propose, key, find, path, form, approval } = await scene();
    const cross = await send(path, { ...form, decision: 'deny' }, { origin: 'https://evil.example' });
    const other = await propose({ target: 'other.service' });
    const wrong = await send(path, { ...form, k: await key(other.id), decision: 'deny' });
    expect([cross.status, wrong.status]).toEqual([403, 404]);
    expect((await find(approval.id)).state).toBe('pending');
  });

  it('is the device that is enrolled once the browser says which it is', async () => {
    const { ask, enroll, send, find, path, k, form, approval } = await scene();
    const phone = await enroll('kitchen');
    expect((await ask(`${path}?k=${k}`, { headers: phone })).body).toContain('value="approve"');
    // The page was opened from another site, so it was shown without the cookie; its form is not the device's.
    expect((await send(path, { ...form, decision: 'approve' }, phone)).status).toBe(403);
    expect((await find(approval.id)).state).toBe('pending');
    const own = fieldsOf((await ask(path, { headers: phone })).body);
    expect((await send(path, { ...own, decision: 'approve' }, phone)).status).toBe(303);
    expect((await find(approval.id)).answer?.by).toBe('phone:kitchen');
  });
});

describe('a PIN', { timeout: 60_000 }, () => {
  it('approves together with the address, and says so', async () => {
    const { rig, world, ask, find, path, k, approval } = await scene();
    const pin = await createPin(world).set(null);
    expect(pin).toMatch(/^\d{8}$/);
    const page = await ask(`${path}?k=${k}`);
    expect(page.body).toContain('<label for="pin">');
    expect((await approve(rig, path, fieldsOf(page.body), pin)).status).toBe(303);
    expect((await find(approval.id)).answer?.by).toBe('phone:pin');
    expect(rig.begun).toEqual([approval.id]);
  });

  it('is nothing without the address', async () => {
    const { rig, world, path } = await scene();
    const pin = await createPin(world).set('314159x');
    expect((await approve(rig, path, { digest: 'd1'.repeat(32) }, pin)).status).toBe(404);
  });

  it('is guessed a few times and no more, also by another serve, and not at once', async () => {
    const { rig, world, clock, find, path, form, approval } = await scene();
    await createPin(world).set('314159');
    const guesses = await Promise.all(
      ['0', '1', '2', '3', '4', '5'].map((pin) => approve(rig, path, form, pin)),
    );
    expect(guesses.map(({ status }) => status).sort()).toEqual([403, 403, 403, 429, 429, 429]);
    const again = await openRigOf(world, clock);
    const locked = await approve(again, path, form, '314159');
    expect([locked.status, locked.headers['retry-after']]).toEqual([429, '30']);
    expect(locked.body).toContain('Too many wrong PINs');
    await clock.advance(30_000);
    // A wrong one more costs twice the time.
    expect((await approve(again, path, form, '000000')).headers['retry-after']).toBe('60');
    // To say no takes no PIN, and no wait.
    expect((await again.send(path, { ...form, decision: 'deny' })).status).toBe(303);
    expect((await find(approval.id)).state).toBe('denied');
    expect(rig.begun).toEqual([]);
  });
});
