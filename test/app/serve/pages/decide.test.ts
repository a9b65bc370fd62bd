import { describe, expect, it } from 'vitest';
import { denyChange } from '../../../../src/app/change/approve-change.ts';
import { createDevices } from '../../../../src/app/pages/devices.ts';
import type { RunEvent } from '../../../../src/protocol/event.ts';
import { createRunLog, createSwitches } from '../../../../src/runs/index.ts';
import { DIGEST, fieldsOf, openRig } from './rig.ts';

const HOUR_MS = 3_600_000;

/** A rig with one approval, an enrolled phone, and what the page's form would send. */
async function scene(more: Parameters<Awaited<ReturnType<typeof openRig>>['propose']>[0] = {}) {
  const rig = await openRig();
  const approval = await rig.propose(more);
  const path = `/approvals/${approval.id}`;
  const phone = await rig.enroll('kitchen');
  const page = await rig.ask(path, { headers: phone });
  const form = fieldsOf(page.body);
  return { ...rig, approval, path, phone, page, form };
}

describe('the page of an approval', () => {
  it('says what stands behind the names of the evidence: all to a device, the names to whoever has the address', async () => {
    const rig = await openRig();
    const run = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
    const log = await createRunLog({ store: rig.world.store, run, clock: rig.clock, mask: (text) => text });
    const item = {
      id: 'P2',
      probe: 'disk',
      status: 'ok',
      reason: null,
      text: 'sda1 95% /var\npassword=tigerlily',
    };
    // A page reads these fields of an item, and no others.
    log.record({ type: 'snapshot.taken', items: [item], durationMs: 1 } as unknown as RunEvent);
    await log.sync();
    log.close();
    const { id } = await rig.propose({ run, evidence: ['P2', 'C9'] });
    const device = await rig.ask(`/approvals/${id}`, { headers: await rig.enroll('kitchen') });
    expect(device.body).toContain('<strong>P2</strong> disk');
    expect(device.body).toContain('sda1 95% /var');
    expect(device.body).toContain('<strong>C9</strong> is not found in the log');
    expect(device.body).not.toContain('tigerlily');
    const link = await rig.ask(`/approvals/${id}?k=${await rig.key(id)}`);
    expect(link.body).toContain('<strong>P2</strong> disk');
    expect(link.body).not.toContain('sda1');
  });
});

describe('an answer from an enrolled device', () => {
  it('approves what was shown, in the name of the device, and begins it once', async () => {
    const { send, find, path, phone, form, approval, begun } = await scene();
    const done = await send(path, { ...form, decision: 'approve', comment: 'go on' }, phone);
    expect([done.status, done.headers.location]).toEqual([303, path]);
    const { state, answer } = await find(approval.id);
    expect([state, answer?.by, answer?.comment, answer?.digest]).toEqual([
      'approved',
      'phone:kitchen',
      'go on',
      DIGEST,
    ]);
    expect(begun).toEqual([approval.id]);
  });

  it('denies', async () => {
    const { send, ask, find, path, phone, form, approval, begun } = await scene();
    expect((await send(path, { ...form, decision: 'deny' }, phone)).status).toBe(303);
    expect((await find(approval.id)).answer).toMatchObject({ kind: 'deny', by: 'phone:kitchen' });
    expect((await ask(path, { headers: phone })).body).toContain(
      '<strong>Denied</strong> by <strong>phone:kitchen',
    );
    expect(begun).toEqual([]);
  });

  it('counts once: sent again, it is told who answered and when', async () => {
    const { send, path, phone, form, begun, approval } = await scene();
    await send(path, { ...form, decision: 'deny' }, phone);
    for (const decision of ['deny', 'approve']) {
      const again = await send(path, { ...form, decision }, phone);
      expect(again.status).toBe(409);
      expect(again.body).toMatch(/was answered already by phone:kitchen at 2026-03-01T03:00:00.000Z: deny/);
    }
    expect(begun).toEqual([]);
    const other = await scene();
    await other.send(other.path, { ...other.form, decision: 'approve' }, other.phone);
    const twice = await other.send(other.path, { ...other.form, decision: 'approve' }, other.phone);
    expect([twice.status, twice.body]).toEqual([409, expect.stringContaining('Approved already')]);
    expect(other.begun).toEqual([other.approval.id]);
    expect(approval.id).not.toBe(other.approval.id);
  });

  it('comes too late when the approval has expired', async () => {
    const { send, path, phone, form, clock, begun } = await scene();
    await clock.advance(13 * HOUR_MS);
    const late = await send(path, { ...form, decision: 'approve' }, phone);
    expect([late.status, late.body]).toEqual([410, expect.stringContaining('has expired')]);
    expect(begun).toEqual([]);
  });

  it('does not count for a plan that took the place of the one that was seen', async () => {
    const { send, find, propose, path, phone, form, approval } = await scene();
    const next = await propose({ digest: 'e2'.repeat(32), steps: ['rm -r /'] });
    expect(next.id).toBe(approval.id);
    const answer = await send(path, { ...form, decision: 'approve' }, phone);
    expect([answer.status, answer.body]).toEqual([
      409,
      expect.stringContaining('It changed since you looked'),
    ]);
    expect((await find(approval.id)).state).toBe('pending');
  });

  it('is told when it was answered elsewhere, by whom and when', async () => {
    const { world, send, ask, path, phone, form, approval } = await scene();
    await denyChange(world, { id: approval.id, comment: 'not tonight', by: { username: 'anna', uid: 1000 } });
    const shown = await ask(path, { headers: phone });
    expect(shown.body).toContain(
      '<strong>Denied</strong> by <strong>anna</strong> at <time datetime="2026-03-01T03:00',
    );
    expect(shown.body).toContain('not tonight');
    expect(shown.body).not.toContain('<form');
    const late = await send(path, { ...form, decision: 'approve' }, phone);
    expect([late.status, late.body]).toEqual([409, expect.stringContaining('answered already by anna')]);
  });

  it('is not taken as a yes while steward is paused', async () => {
    const { world, send, find, path, phone, form, approval, begun } = await scene();
    await createSwitches(world).pause({ untilMs: null, by: 'anna' });
    const refused = await send(path, { ...form, decision: 'approve' }, phone);
    expect([refused.status, refused.body]).toEqual([
      409,
      expect.stringContaining('steward is paused by anna'),
    ]);
    expect([(await find(approval.id)).state, begun]).toEqual(['pending', []]);
    expect((await send(path, { ...form, decision: 'deny' }, phone)).status).toBe(303);
  });

  it('takes a tick where something cannot be rolled back', async () => {
    const { send, find, page, path, phone, form, approval } = await scene({
      effect: 'irreversible',
      steps: ['rm -r old', 'ls'],
      undo: [null, 'nothing to do'],
    });
    expect(page.body).toContain('Cannot be rolled back');
    const bare = await send(path, { ...form, decision: 'approve' }, phone);
    expect([bare.status, (await find(approval.id)).state]).toEqual([400, 'pending']);
    const ticked = await send(path, { ...form, decision: 'approve', understood: 'yes' }, phone);
    expect([ticked.status, (await find(approval.id)).state]).toEqual([303, 'approved']);
  });
});

describe('nothing is answered', () => {
  it('by looking, whatever the address says', async () => {
    const { ask, find, path, phone, form, approval } = await scene();
    const query = new URLSearchParams({ ...form, decision: 'approve', understood: 'yes' });
    for (const method of ['GET', 'HEAD']) {
      expect((await ask(`${path}?${query}`, { method, headers: phone })).status).toBe(200);
    }
    for (const method of ['PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask(path, { method, headers: phone })).status).toBe(405);
    }
    expect((await find(approval.id)).state).toBe('pending');
  });

  it('from another site, or from nowhere', async () => {
    const { url, ask, send, find, path, phone, form, approval } = await scene();
    const fields = { ...form, decision: 'approve' };
    const port = new URL(url).port;
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${port}` },
      { origin: `https://127.0.0.1:${port}` },
      { origin: 'http://127.0.0.1' },
    ]) {
      const refused = await send(path, fields, { ...phone, ...headers });
      expect([headers, refused.status]).toEqual([headers, 403]);
    }
    expect((await ask(path, { method: 'POST', form: fields, headers: phone })).status).toBe(403);
    expect((await find(approval.id)).state).toBe('pending');
  });

  it('by a form that was changed, or made for something else', async () => {
    const { enroll, propose, ask, send, find, path, phone, form, approval } = await scene();
    const other = await propose({ target: 'other.service' });
    const otherForm = fieldsOf((await ask(`/approvals/${other.id}`, { headers: phone })).body);
    const second = await enroll('second');
    const itsForm = fieldsOf((await ask(path, { headers: second })).body);
    const wrong: [Record<string, string>, number][] = [
      [{ ...form, form: '' }, 403],
      [{ ...form, form: `${form.form?.slice(0, -1)}~` }, 403],
      [otherForm, 403],
      [itsForm, 403],
      [{ ...form, digest: 'ff'.repeat(32) }, 409],
      [{ ...form, digest: DIGEST.slice(0, 12) }, 400],
      [{ digest: DIGEST }, 403],
    ];
    for (const [fields, status] of wrong) {
      const answer = await send(path, { ...fields, decision: 'approve' }, phone);
      expect([fields, answer.status]).toEqual([fields, status]);
    }
    const odd = await send(path, { ...form, decision: 'maybe' }, phone);
    expect(odd.status).toBe(400);
    expect((await find(approval.id)).state).toBe('pending');
    expect((await find(other.id)).state).toBe('pending');
  });

  it('by a device that nobody enrolled, or that was revoked', async () => {
    const { world, ask, send, find, path, phone, form, approval } = await scene();
    const strangers = [{}, { cookie: 'steward_device=' }, { cookie: `steward_device=${'A'.repeat(43)}` }];
    await createDevices(world).revoke('kitchen');
    for (const headers of [...strangers, phone]) {
      expect((await send(path, { ...form, decision: 'approve' }, headers)).status).toBe(404);
      expect((await send(path, { ...form, decision: 'deny' }, headers)).status).toBe(404);
      expect((await ask(path, { headers })).status).toBe(404);
    }
    expect((await find(approval.id)).state).toBe('pending');
  });

  it('in a body that is no form, or too long', async () => {
    const { ask, url, path, phone } = await scene();
    const headers = { ...phone, origin: url };
    const json = { ...headers, 'content-type': 'application/json' };
    expect((await ask(path, { method: 'POST', headers: json, form: { a: 'b' } })).status).toBe(415);
    const long = { comment: 'x'.repeat(20_000) };
    expect((await ask(path, { method: 'POST', headers, form: long })).status).toBe(413);
    const chunked = { ...headers, 'transfer-encoding': 'chunked' };
    expect((await ask(path, { method: 'POST', headers: chunked, form: long })).status).toBe(413);
  });
});
