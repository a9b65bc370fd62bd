import { expect, it } from 'vitest';
import { faultyProbe } from './faulty-probe.ts';
import { startServing } from './serving.ts';
import { createBoxWithModel } from './steward.ts';
import { toldClock } from './told-clock.ts';

const GOAL =
  '---\ndescription: Look.\nprobes: [calm]\ntools: [Bash]\nautonomy: observe\ngate: always\n---\nLook.\n';

it('tells of each goal when it last ran and came to an answer, what was spent, and what was refused', async () => {
  const call = { name: 'Bash', input: { command: 'rm -rf /srv/data' } };
  const { box } = await createBoxWithModel([{ toolCalls: [call] }, { text: 'All is well.' }]);
  box.write('.config/steward/goals/look.md', GOAL);
  box.write('.config/steward/goals/broken.md', GOAL.replace('calm', 'no-such-probe'));
  box.write('.config/steward/context/calm.yaml', faultyProbe(`[printf, '\\n']`));
  // A day and a month that do not end meanwhile.
  const noon = Date.parse('2026-11-21T12:00:00Z');
  Object.assign(box.env, toldClock(noon));
  const before = noon / 1_000;
  await box.run(['run', 'look']);
  await box.run(['run', 'broken']);
  const { url } = await startServing(box, ['--no-runs']);
  const text = await (await fetch(`${url}/metrics`)).text();
  const sampleOf = (sample: string): number => {
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
    return Number(line?.slice(sample.length + 1));
  };
  expect(sampleOf('steward_goal_last_run_timestamp_seconds{goal="look"}')).toBeGreaterThan(before - 1);
  expect(sampleOf('steward_goal_last_success_timestamp_seconds{goal="look"}')).toBeGreaterThan(before);
  expect(sampleOf('steward_spent_dollars{period="day"}')).toBeGreaterThan(0);
  expect(sampleOf('steward_spent_dollars{period="month"}')).toBeGreaterThan(0);
  expect(sampleOf('steward_denials')).toBe(1);
  expect(sampleOf('steward_approvals_waiting')).toBe(0);
  expect(sampleOf('steward_spool_files')).toBe(0);
});
