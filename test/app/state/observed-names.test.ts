import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPolicing } from '../../../src/app/policy/policing.ts';
import { createRecorder } from '../../../src/app/run/recorder.ts';
import { createSecondOpinion } from '../../../src/app/run/second-opinion.ts';
import { observedNames } from '../../../src/app/state/observed-names.ts';
import { scanState } from '../../../src/app/state/scan-state.ts';
import { createProcesses } from '../../../src/host/index.ts';
import { createOpenGate } from '../../fakes/gate.ts';
import { openBox } from './open-box.ts';

const never = new AbortController().signal;

describe('names that the state knows', () => {
  it('are no strangers to the guard, and all others still are', async () => {
    const box = openBox();
    box.configure('inventory.yaml', 'hosts: { nas: { addresses: [10.9.8.7] } }\n');
    const world = await box.open();
    await scanState(world, [], never);
    const recorder = createRecorder(world.masker, world.clock, { onEvent() {}, onDelta() {} });
    const policing = await createPolicing(world, {
      mode: 'default',
      allowed: ['Bash(ping *)', 'Bash(wakeonlan *)'],
      denied: [],
    });
    const opinion = createSecondOpinion(world, {
      recorder,
      processes: createProcesses({ clock: world.clock, store: world.store }),
      gate: () => createOpenGate(),
      signal: never,
    });
    const strange = async (line: string): Promise<boolean> => {
      const judged = await policing.judge(policing.policy.toAction(line, '/'));
      return (await opinion({ ...judged, verdict: 'allow', effect: 'reversible' })).isStrange === true;
    };
    expect(await strange('wakeonlan 10.9.8.7')).toBe(false);
    expect(await strange('wakeonlan 10.9.8.8')).toBe(true);
  });

  it('are none where somebody has written them into the file by hand, and none before a scan', async () => {
    const world = await openBox().open();
    expect(await observedNames(world)).toEqual([]);
    await scanState(world, [], never);
    expect(await observedNames(world)).toContain(world.host.hostname);
    const file = join(world.store.location, 'state/state.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(world.host.hostname, 'somebody-says'));
    expect(await observedNames(world)).toEqual([]);
  });
});
