import { describe, expect, it } from 'vitest';
import { answerQuestion } from '../../../src/app/state/answer-question.ts';
import { swapState } from '../../../src/state/index.ts';
import { namedZone } from '../../fakes/zone.ts';
import { scanned, source } from '../../state/make-state.ts';
import { openBox } from './open-box.ts';

const NOW = Date.parse('2026-10-27T12:00:00Z');
const HOUR = 3_600_000;

/** A machine that was looked at now and then for two days: its database has failed three hours ago. */
async function known() {
  const box = openBox();
  box.configure('dependencies.yaml', 'services:\n  db: { unit: db.service }\n  app: { depends_on: [db] }\n');
  box.configure('inventory.yaml', 'ranges: { vmid: 100-199 }\n');
  const opened = await box.open();
  let now = NOW;
  const clock = { ...opened.clock, now: () => now };
  for (const hoursAgo of [48, 24, 4, 3, 2, 1]) {
    now = NOW - hoursAgo * HOUR;
    const status = now >= NOW - 3 * HOUR ? 'failed' : 'running';
    const services = [{ id: 'nas/db', name: 'db.service', host: 'nas', status }];
    const guests = [{ id: '100', name: 'redis', host: 'pve1', status: 'running' }];
    const sources = [
      source('systemd:nas', { services }, now),
      source('proxmox:pve', now < NOW - HOUR ? { guests } : 'HTTP 595', now),
    ];
    await swapState({ store: opened.store, clock, zone: namedZone('UTC') }, (current) =>
      scanned(current, sources, { at: now }),
    );
  }
  now = NOW;
  return { ...opened, clock };
}

describe('what a model is told that asks of the state', () => {
  it('has who said so and when, and says what is stale', async () => {
    const world = await known();
    expect(await answerQuestion(world, { ask: 'find', query: '' })).toBe(
      [
        'Scanned 1h ago; not every source answered.',
        'guest 100 redis on pve1: running [proxmox:pve, STALE, last seen 2h ago: HTTP 595]',
        'service db.service on nas: failed [systemd:nas, 1h ago]',
        'alert db.service on nas: failed [systemd:nas, 1h ago]',
        'alert proxmox:pve: no answer [proxmox:pve, 2h ago]',
      ].join('\n'),
    );
    expect(await answerQuestion(world, { ask: 'find', query: 'nas wiki' })).toContain(
      'Nothing is known of "nas wiki".',
    );
  });

  it('is what was so at a moment, and what has changed since', async () => {
    const world = await known();
    const then = await answerQuestion(world, { ask: 'at', time: 'yesterday at 14:00', query: 'db' });
    expect(then).toContain('As it was 2026-10-26T14:00:00.000Z:');
    expect(then).toContain('service db.service on nas: running');
    expect(await answerQuestion(world, { ask: 'changes', from: 'yesterday at 14:00' })).toBe(
      [
        'Since 2026-10-26T14:00:00.000Z:',
        'Guest 100 (redis) on pve1 is stale: HTTP 595.',
        'db.service on nas has failed; it was running.',
      ].join('\n'),
    );
    expect(await answerQuestion(world, { ask: 'changes', from: 'now' })).toMatch(/\nnothing has changed$/);
    expect(await answerQuestion(world, { ask: 'at', time: '2026-10-28 09:00', query: 'db' })).toMatch(
      /^2026-10-28 09:00:00 \+00:00 is still to come: this is what is known by now\n/,
    );
    await expect(answerQuestion(world, { ask: 'at', time: '2026-01-01', query: '' })).rejects.toMatchObject({
      reason: 'input',
      message: expect.stringContaining('the history begins'),
    });
  });

  it('is what is free, with what it does not know, and what stops with something', async () => {
    const world = await known();
    expect(await answerQuestion(world, { ask: 'free', kind: 'vmid', host: null })).toBe(
      '101 is free (in 100-199)\nproxmox:pve does not answer; what it said 2026-10-27T10:00:00.000Z is counted',
    );
    expect(await answerQuestion(world, { ask: 'impact', name: 'db' })).toContain(
      'Without db these stop working:\n  app (medium)\n',
    );
    await expect(answerQuestion(world, { ask: 'free', kind: 'name', host: null })).rejects.toMatchObject({
      reason: 'usage',
    });
  });
});
