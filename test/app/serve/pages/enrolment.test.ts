import { describe, expect, it } from 'vitest';
import { createDevices } from '../../../../src/app/pages/devices.ts';
import { openRig } from './rig.ts';

const PROXIED = {
  host: 'home.example.org',
  origin: 'https://home.example.org',
  'sec-fetch-site': 'same-origin',
};

describe('enrolment', () => {
  it('is asked for by the address, and done once by its form', async () => {
    const { world, ask, send } = await openRig();
    const { secret } = await createDevices(world).invite(null);
    for (let times = 0; times < 3; times++) {
      const shown = await ask(`/enroll?t=${secret}`);
      expect([shown.status, shown.body]).toEqual([
        200,
        expect.stringContaining('Enrol this device as “phone”'),
      ]);
    }
    expect(await createDevices(world).list()).toEqual([]);
    const done = await send('/enroll', { t: secret });
    expect([done.status, done.headers.location]).toEqual([303, '/approvals']);
    expect(done.headers['set-cookie']?.[0]).toMatch(
      /^steward_device=[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Strict$/,
    );
    const twice = await send('/enroll', { t: secret });
    expect([twice.status, twice.body, twice.headers['set-cookie']]).toEqual([
      410,
      expect.stringContaining('used already'),
      undefined,
    ]);
    const cookie = done.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await ask('/approvals', { headers: { cookie } })).status).toBe(200);
  });

  it('ends after ten minutes', async () => {
    const { world, clock, ask, send } = await openRig();
    const { secret } = await createDevices(world).invite('tablet');
    await clock.advance(10 * 60_000);
    expect((await ask(`/enroll?t=${secret}`)).status).toBe(410);
    expect((await send('/enroll', { t: secret })).status).toBe(410);
    expect((await send('/enroll', { t: 'A'.repeat(43) })).status).toBe(404);
    expect(await createDevices(world).list()).toEqual([]);
  });

  it('is not done from another site', async () => {
    const { world, send } = await openRig();
    const { secret } = await createDevices(world).invite(null);
    expect((await send('/enroll', { t: secret }, { origin: 'https://evil.example' })).status).toBe(403);
    expect(await createDevices(world).list()).toEqual([]);
  });

  it('keeps the cookie to TLS and to its prefix where a proxy stands before it', async () => {
    const { world, send, ask } = await openRig({ pages: { url: 'https://home.example.org/steward/' } });
    const { secret } = await createDevices(world).invite(null);
    const done = await send('/steward/enroll', { t: secret }, PROXIED);
    expect(done.headers.location).toBe('/steward/approvals');
    const [cookie = '', ...attributes] = done.headers['set-cookie']?.[0]?.split('; ') ?? [];
    expect(attributes).toEqual([
      'Path=/steward',
      'Max-Age=34560000',
      'HttpOnly',
      'SameSite=Strict',
      'Secure',
    ]);
    // The proxy may take the prefix away, or leave it.
    for (const path of ['/steward/approvals', '/approvals']) {
      const shown = await ask(path, { headers: { ...PROXIED, cookie } });
      expect([shown.status, shown.body]).toEqual([200, expect.stringContaining('href="/steward/runs"')]);
    }
  });

  it('keeps no secret of a device, and forgets it when it is revoked', async () => {
    const { world, clock, enroll, ask } = await openRig();
    const phone = await enroll('kitchen');
    const kept = (await world.store.readText('pages/devices.json')) ?? '';
    expect(kept).not.toContain(phone.cookie.split('=')[1]);
    await clock.advance(25 * 3_600_000);
    const seen = await ask('/approvals', { headers: phone });
    expect(seen.headers['set-cookie']?.[0]).toContain(phone.cookie);
    expect((await createDevices(world).list())[0]?.seenAt).toBe(clock.now());
    expect((await ask('/approvals', { headers: phone })).headers['set-cookie']).toBeUndefined();
    await createDevices(world).revoke('kitchen');
    expect((await ask('/approvals', { headers: phone })).status).toBe(403);
  });

  it('lets nobody in when the list of devices is damaged, and says what to do', async () => {
    const { world, enroll, ask } = await openRig();
    const phone = await enroll('kitchen');
    await world.store.write('pages/devices.json', '{"version":1');
    const { status, body } = await ask('/approvals', { headers: phone });
    expect([status, body]).toEqual([503, expect.stringContaining('enrol the devices again')]);
  });
});
