import { describe, expect, it } from 'vitest';
import { createDevices } from '../../../src/app/pages/devices.ts';
import { createMemoryStore } from '../../../src/host/index.ts';
import { createFakeClock } from '../../fakes/clock.ts';

const rig = () => createDevices({ store: createMemoryStore('a test'), clock: createFakeClock() });

describe('devices', () => {
  it('are called phone, phone-2 and so on unless they are given a name', async () => {
    const devices = rig();
    const names: string[] = [];
    for (let times = 0; times < 3; times++) {
      const { name, secret } = await devices.invite(null);
      names.push(name);
      await devices.enroll(secret, true);
    }
    expect(names).toEqual(['phone', 'phone-2', 'phone-3']);
    await expect(devices.invite('phone')).rejects.toMatchObject({ code: 'device-taken' });
    for (const wrong of ['', 'link', 'pin', '-x', 'a b', '<b>', 'x'.repeat(33)]) {
      await expect(devices.invite(wrong)).rejects.toMatchObject({ code: 'device-name' });
    }
  });

  it('are enrolled once by an address, by one of many that try at once', async () => {
    const devices = rig();
    const { secret } = await devices.invite('a');
    const tried = await Promise.all(Array.from({ length: 8 }, () => devices.enroll(secret, false)));
    expect(tried.filter((one) => one === 'used')).toHaveLength(7);
    const second = await devices.invite('b');
    const third = await devices.invite('b');
    await devices.enroll(second.secret, false);
    expect(await devices.enroll(third.secret, false)).toBe('taken');
  });

  it('are known by their secret and by nothing near it', async () => {
    const devices = rig();
    const done = await devices.enroll((await devices.invite('a')).secret, false);
    if (typeof done === 'string') throw new Error(done);
    expect((await devices.find(done.secret))?.name).toBe('a');
    const near = [
      '',
      done.device.hash,
      done.secret.slice(0, -1),
      `${done.secret}A`,
      done.secret.toLowerCase(),
    ];
    expect(await Promise.all(near.map(devices.find))).toEqual(near.map(() => null));
    await expect(devices.revoke('b')).rejects.toMatchObject({ code: 'no-device' });
  });
});
