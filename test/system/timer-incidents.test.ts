import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultyProbe } from './faulty-probe.ts';
import { listIncidents, startServing, untilIncidents } from './serving.ts';
import { type Box, createBox, PROGRAM } from './steward.ts';

const SCRIPT = join(import.meta.dirname, '../../triggers/scheduled-check');
const GOAL = '---\ndescription: Look.\nprobes: [units]\nautonomy: observe\ngate: findings\n---\nLook.\n';

/** A timer's run of a goal whose probe finds these units. */
function check(box: Box, slot: string, units: readonly string[]): Promise<string> {
  box.write('.config/steward/goals/look.md', GOAL);
  const lines = units.map((unit) => `${unit}\\n`).join('');
  box.write('.config/steward/context/units.yaml', faultyProbe(`[printf, '${lines || '\\n'}']`));
  const env = { ...box.env, STEWARD: PROGRAM };
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      [SCRIPT, 'look', slot, '--output-format', 'json'],
      { env, cwd: box.cwd },
      (_, stdout) => resolve((JSON.parse(stdout) as { session_id: string }).session_id),
    );
  });
}

describe('what a timer finds', () => {
  it('is the same incident as what systemd told, has been looked into, and ends for both', async () => {
    const box = createBox();
    const serving = await startServing(box, ['--no-runs']);
    const failure = { unit: 'db.service', time: '2026-03-01T03:00:00Z' };
    await serving.post(`/unit/${hostname()}`, JSON.stringify(failure));
    await untilIncidents(box, (all) => all.length === 1);
    const run = await check(box, 'first', ['db.service']);
    const joined = await untilIncidents(
      box,
      (all) => all.length === 2 && all.every(({ runs }) => runs.some(({ outcome }) => outcome !== null)),
    );
    const root = joined.find(({ folded_into: into }) => into === null);
    const others = joined.filter((one) => one !== root);
    expect(root).toMatchObject({
      group_key: 'unit:db.service',
      state: 'investigated',
      runs: [{ run, outcome: 'escalated' }],
      folded_into: null,
    });
    expect(others).toMatchObject([
      {
        group_key: 'finding:bad:db.service',
        folded_into: root?.id,
        state: 'investigated',
        runs: [{ run }],
      },
    ]);
    // It stands: that is no second incident, and no second look to count.
    await check(box, 'second', ['db.service']);
    expect((await listIncidents(box)).map(({ runs }) => runs.length)).toEqual([1, 1]);
    await check(box, 'third', []);
    await untilIncidents(box, (all) => all.every(({ state }) => state === 'resolved'));
  });

  it('that is an incident which somebody took is no work for a model, in the next run neither', async () => {
    const box = createBox();
    const serving = await startServing(box, ['--no-runs']);
    const failure = { unit: 'db.service', time: '2026-03-01T03:00:00Z' };
    await serving.post(`/unit/${hostname()}`, JSON.stringify(failure));
    const [incident] = await untilIncidents(box, (all) => all.length === 1);
    expect((await box.run(['incidents', 'ack', incident?.id ?? ''])).code).toBe(0);
    for (const slot of ['first', 'second']) {
      const shown = await box.run(['runs', 'show', await check(box, slot, ['db.service']), '--json']);
      expect(shown.stdout).toContain('No model was asked: nothing is new, worse or past its cooldown.');
    }
  });

  it('joins the incidents also where nothing serves', async () => {
    const box = createBox();
    const run = await check(box, 'first', ['web.service']);
    expect(await listIncidents(box)).toMatchObject([
      { group_key: 'finding:bad:web.service', state: 'investigated', runs: [{ run }] },
    ]);
  });
});
