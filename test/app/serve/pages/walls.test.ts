import { describe, expect, it } from 'vitest';
import { createSwitches } from '../../../../src/runs/index.ts';
import { fieldsOf, openRig } from './rig.ts';

const SECRET = 'sk-ant-api03-verysecretverysecretverysecret';

describe('every page', () => {
  it('is shut for other sites, frames, caches and scripts', async () => {
    const { ask, enroll } = await openRig();
    const phone = await enroll('kitchen');
    const answers = await Promise.all(
      ['/approvals', '/runs', '/nothing/here', '/enroll?t=x', '/favicon.ico', '/icon.svg'].map((path) =>
        ask(path, { headers: phone }),
      ),
    );
    answers.push(await ask('/approvals'), await ask('/approvals', { method: 'PUT' }));
    for (const { headers, body } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      );
      expect(body).not.toMatch(
        /<script|<link rel="(?!icon)|<img|<iframe| style="|\son\w+=|javascript:|https?:\/\/(?!www\.w3\.org\/2000\/svg")/i,
      );
    }
  });

  it('answers under its own name only', async () => {
    const { ask, enroll } = await openRig({ pages: { url: 'https://home.example.org' } });
    const phone = await enroll('kitchen');
    const statusFor = async (host: string) =>
      (await ask('/approvals', { headers: { ...phone, host } })).status;
    expect(
      await Promise.all(['home.example.org', 'localhost:9097', '127.0.0.1', '[::1]:1'].map(statusFor)),
    ).toEqual([200, 200, 200, 200]);
    const wrong = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.5:9097'];
    expect(await Promise.all(wrong.map(statusFor))).toEqual([421, 421, 421, 421]);
  });

  it('is opened by itself, and not put into another', async () => {
    const { ask, enroll } = await openRig();
    const phone = await enroll('kitchen');
    const fetched = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'image',
    };
    const framed = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'iframe',
    };
    const opened = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const statuses = [fetched, framed, opened].map(
      async (headers) => (await ask('/runs', { headers: { ...phone, ...headers } })).status,
    );
    expect(await Promise.all(statuses)).toEqual([403, 403, 200]);
  });

  it('shows no secret, wherever it stands', async () => {
    const { propose, enroll, ask } = await openRig();
    const phone = await enroll('kitchen');
    const { id } = await propose({
      title: `Set ${SECRET}`,
      why: `it is ${SECRET}`,
      steps: [`export ANTHROPIC_API_KEY=${SECRET}`],
      undo: [`unset ${SECRET}`],
      target: `t ${SECRET}`,
    });
    for (const path of ['/approvals', `/approvals/${id}`]) {
      const { body } = await ask(path, { headers: phone });
      expect(body).not.toContain('verysecret');
      expect(body).toContain('[masked:');
    }
  });

  it('tells of what it does not have', async () => {
    const { enroll, ask } = await openRig();
    const headers = await enroll('kitchen');
    for (const path of [
      '/approvals/a-2345678',
      '/incidents/i-nothing',
      '/runs/nothing',
      '/runs/..%2F..%2Fx',
      '/spend/x',
    ]) {
      expect([path, (await ask(path, { headers })).status]).toEqual([path, 404]);
    }
  });
});

describe('the pause', () => {
  it('is set and lifted by an enrolled device, in its name', async () => {
    const { world, enroll, ask, send, log } = await openRig();
    const phone = await enroll('kitchen');
    const form = fieldsOf((await ask('/pause', { headers: phone })).body);
    const wrong = [
      await send('/pause', { ...form, do: 'pause', for: '1h' }),
      await send('/pause', { do: 'pause', for: '1h' }, phone),
      await send('/pause', { ...form, do: 'pause', for: '1h' }, { ...phone, origin: 'https://evil.example' }),
      await send('/pause', { ...form, do: 'pause', for: '99w' }, phone),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([403, 403, 403, 400]);
    expect((await createSwitches(world).read('')).paused).toBeNull();
    expect((await send('/pause', { ...form, do: 'pause', for: '4h' }, phone)).status).toBe(303);
    expect((await createSwitches(world).read('')).paused).toEqual({
      by: 'phone:kitchen',
      until: world.clock.now() + 4 * 3_600_000,
    });
    expect((await ask('/runs', { headers: phone })).body).toContain('by phone:kitchen; it ends in 4h');
    expect((await send('/pause', { ...form, do: 'resume', for: '1h' }, phone)).status).toBe(303);
    expect((await createSwitches(world).read('')).paused).toBeNull();
    expect(log.slice(-2)).toEqual(['paused by phone:kitchen', 'resumed by phone:kitchen']);
  });
});
