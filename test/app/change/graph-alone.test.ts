import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClock, openDiskStore } from '../../../src/host/index.ts';
import { swapState } from '../../../src/state/index.ts';
import { namedZone } from '../../fakes/zone.ts';
import { scanned, source } from '../../state/make-state.ts';
import { type Alone, change, type House, openHouse, runAlone } from '../hostile/alone.ts';

/** Units that no machine has: what is granted is tried, and fails. */
const NAMES = ['no-such-1', 'no-such-2', 'no-such-3'];
const restart = (name: string, more: object = {}) =>
  change({
    apply: [{ run: `systemctl restart ${name}.service` }],
    rollback: [{ run: 'true' }],
    ...more,
  });
const bash = (command: string) => ({ name: 'Bash', input: { command } });
const began = ({ events }: Alone) => events.filter(({ type }) => type === 'change.began').length > 0;
const parked = ({ events }: Alone) => events.filter(({ type }) => type === 'change.parked').length;

/** A goal that may do what is disruptive by itself. */
function runMend(house: House, turns: Parameters<typeof runAlone>[1], alert?: object): Promise<Alone> {
  house.put(
    '.config/steward/goals/mend.md',
    '---\ndescription: Mend it.\nprobes: []\ntools: [Bash, Change]\nautonomy: full\ngate: always\n---\nMend it.\n',
  );
  return runAlone(house, turns, { goal: 'mend', prompt: null, ...(alert === undefined ? {} : { alert }) });
}

function quorumHouse(more = ''): House {
  const house = openHouse();
  const services = NAMES.map((name) => `  ${name}: { unit: ${name}.service }\n`).join('');
  house.put(
    '.config/steward/dependencies.yaml',
    `services:\n${services}${more}quorums:\n  trio: { members: [${NAMES.join(', ')}], needs: 2 }\n`,
  );
  return house;
}

/** A scan has seen these units, one of them in that condition. */
async function seen(house: House, status: string): Promise<void> {
  const clock = createClock();
  const store = openDiskStore(join(house.home, '.local/state/steward'));
  const services = NAMES.map((name, index) => ({
    id: `here/${name}.service`,
    name: `${name}.service`,
    host: 'here',
    status: index === 0 ? status : 'running',
  }));
  const at = clock.now();
  await swapState({ store, clock, zone: namedZone('UTC') }, (current) =>
    scanned(current, [source('systemd:here', { services }, at)], { at }),
  );
}

describe('a member of a quorum, with nobody there and autonomy full', () => {
  it('is taken away while another is spare, and refused where it is the second of three, by a change as by a command', async () => {
    const spare = quorumHouse();
    await seen(spare, 'running');
    expect(began(await runMend(spare, [[restart('no-such-2')]]))).toBe(true);

    const house = quorumHouse();
    await seen(house, 'failed');
    const run = await runMend(house, [[restart('no-such-2')], [bash('systemctl restart no-such-2.service')]]);
    expect([began(run), parked(run)]).toEqual([false, 0]);
    for (const told of run.told) {
      expect(told).toContain(
        'trio needs 2 of 3 members, and no-such-1 is down already: without no-such-2 it would have 1',
      );
    }
    expect(run.told).toHaveLength(2);
    expect(run.events.flatMap((event) => (event.type === 'step.decided' ? [event.rule] : []))).toContain(
      'graph:quorum',
    );
  });
});

describe('safe hours, with nobody there and autonomy full', () => {
  const hour = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(11, 13);
  const HOUR_MS = 3_600_000;

  it('are waited for: outside of them a change is left for a person, within them it is begun', async () => {
    const shut = openHouse();
    const name = 'no-such-nightly';
    const hours = (from: number, to: number): string =>
      `services:\n  nightly: { unit: ${name}.service, safe_hours: ["${hour(from)}:00-${hour(to)}:00"] }\n`;
    shut.put('.config/steward/dependencies.yaml', hours(6 * HOUR_MS, 7 * HOUR_MS));
    const waits = await runMend(shut, [[restart(name)]]);
    expect([began(waits), parked(waits)]).toEqual([false, 1]);
    expect(waits.told).toEqual([expect.stringMatching(/its window is shut until \d{4}-\d\d-\d\dT\d\d:00/)]);

    const open = openHouse();
    open.put('.config/steward/dependencies.yaml', hours(-2 * HOUR_MS, 2 * HOUR_MS));
    expect(began(await runMend(open, [[restart(name)]]))).toBe(true);
  });
});

describe('a step of a change, judged', () => {
  it('carries what policy, the graph and the origin of its words each have against it', async () => {
    const name = 'no-such-db';
    const house = openHouse();
    house.put(
      '.config/steward/dependencies.yaml',
      `services:\n  db: { unit: ${name}.service, criticality: critical }\n`,
    );
    const run = await runMend(house, [[restart(name)]], { unit: `${name}.service` });
    expect([began(run), parked(run)]).toEqual([false, 1]);
    const [told] = run.told;
    expect(told).toContain('db is critical');
    expect(told).toContain('comes only from trigger');
  });
});
