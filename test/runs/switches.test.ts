import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/host/index.ts';
import { OpsError } from '../../src/lib/ops-error.ts';
import { createSwitches } from '../../src/runs/index.ts';
import { createFakeClock } from '../fakes/clock.ts';

const NOTHING = { paused: null, stopped: false, handsOff: [] };

function newSwitches() {
  const store = createMemoryStore('test');
  const clock = createFakeClock();
  return { store, clock, operator: createSwitches({ store, clock }), run: createSwitches({ store, clock }) };
}

describe('the control switches', () => {
  it('keep a target for people until its time is over, or until it is given back', async () => {
    const { clock, operator } = newSwitches();
    const until = clock.now() + 1_000;
    await operator.handsOff('nginx.service', { untilMs: until, by: 'anna' });
    await operator.handsOff('db', { untilMs: until + 5_000, by: 'ben' });
    const kept = { target: 'nginx.service', until, by: 'anna' };
    expect((await operator.read('r1')).handsOff).toContainEqual(kept);
    await operator.pause({ untilMs: null, by: 'anna' });
    expect((await operator.read('r1')).handsOff).toHaveLength(2);
    clock.advance(1_001);
    expect((await operator.read('r1')).handsOff).toEqual([{ target: 'db', until: until + 5_000, by: 'ben' }]);
    await operator.handsOff('db', null);
    expect((await operator.read('r1')).handsOff).toEqual([]);
  });

  it('are all open at first', async () => {
    expect(await newSwitches().run.read('r1')).toEqual(NOTHING);
  });

  it('pause until a time, or until somebody resumes', async () => {
    const { operator, run, clock } = newSwitches();
    await operator.pause({ untilMs: clock.now() + 1000, by: 'ann' });
    expect(await run.read('r1')).toEqual({
      paused: { until: clock.now() + 1000, by: 'ann' },
      stopped: false,
      handsOff: [],
    });
    await clock.advance(1000);
    expect(await run.read('r1')).toEqual(NOTHING);
    await operator.pause({ untilMs: null, by: 'ben' });
    await clock.advance(1e9);
    expect(await run.read('r1')).toEqual({
      paused: { until: null, by: 'ben' },
      stopped: false,
      handsOff: [],
    });
    await operator.resume();
    expect(await run.read('r1')).toEqual(NOTHING);
  });

  it('stop one run and no other', async () => {
    const { operator, run } = newSwitches();
    await operator.stop('r1');
    expect(await run.read('r1')).toEqual({ paused: null, stopped: true, handsOff: [] });
    expect(await run.read('r2')).toEqual(NOTHING);
    await operator.resume();
    expect((await run.read('r1')).stopped).toBe(true);
  });

  it('stop all that runs, but nothing that begins or is resumed later', async () => {
    const { operator, run, store, clock } = newSwitches();
    await clock.advance(10);
    await operator.stop('all');
    await operator.stop('r1');
    await clock.advance(10);
    expect((await run.read('r1')).stopped).toBe(true);
    expect((await run.read('r2')).stopped).toBe(true);
    const later = createSwitches({ store, clock });
    expect((await later.read('r1')).stopped).toBe(false);
    expect((await later.read('r3')).stopped).toBe(false);
  });

  it('hold a stop also when the clock is set back under a run', async () => {
    const store = createMemoryStore('test');
    let now = 1_000_000;
    const clock = { ...createFakeClock(), now: () => now };
    const run = createSwitches({ store, clock });
    now = 500_000;
    await createSwitches({ store, clock }).stop('r1');
    now = 600_000;
    expect((await run.read('r1')).stopped).toBe(true);
  });

  it('forget with a resume what was stopped in a future that did not come', async () => {
    const store = createMemoryStore('test');
    let now = 1_000_000;
    const clock = { ...createFakeClock(), now: () => now };
    await createSwitches({ store, clock }).stop('all');
    now = 500_000;
    const run = createSwitches({ store, clock });
    expect((await run.read('r1')).stopped).toBe(true);
    await run.resume();
    expect((await run.read('r1')).stopped).toBe(false);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"version":2}',
    '{"version":1,"paused":{"until":"soon"},"stops":[]}',
    '{"version":1,"paused":null,"stops":[3]}',
  ])('count as paused when their file reads %j, until somebody resumes', async (text) => {
    const { store, run, operator } = newSwitches();
    await store.write('switches.json', text);
    const why = { until: null, by: expect.stringContaining('switches.json') };
    expect(await run.read('r1')).toEqual({ paused: why, stopped: false, handsOff: [] });
    await operator.stop('r2');
    expect(await run.read('r1')).toEqual({ paused: why, stopped: false, handsOff: [] });
    await operator.resume();
    expect(await run.read('r1')).toEqual(NOTHING);
  });

  it('count as paused when their file may not be read', async () => {
    const { store, clock } = newSwitches();
    const closed = {
      ...store,
      async readText(): Promise<string> {
        throw new OpsError('state-unwritable', 'state-full', 'permission denied');
      },
    };
    const { paused } = await createSwitches({ store: closed, clock }).read('r1');
    expect(paused?.until).toBeNull();
  });

  it('do not grow for ever', async () => {
    const { operator, store } = newSwitches();
    for (let index = 0; index < 250; index++) await operator.stop(`r${index}`);
    expect(JSON.parse((await store.readText('switches.json')) ?? '').stops).toHaveLength(200);
    expect((await operator.read('r249')).stopped).toBe(true);
  });
});
