import { expect, it } from 'vitest';
import { faultyProbe } from './faulty-probe.ts';
import { alertBody, startServing, untilIncidents } from './serving.ts';
import { type Box, createBox } from './steward.ts';

const PARENT = '11111111-1111-4111-8111-111111111111';
const GOAL = '---\ndescription: Look.\nprobes: [calm]\nautonomy: observe\ngate: never\n---\nLook.\n';

function boxWithGoal(): Box {
  const box = createBox();
  box.write('.config/steward/goals/look.md', GOAL);
  // Finds nothing, however busy the machine is.
  box.write('.config/steward/context/calm.yaml', faultyProbe(`[printf, '\\n']`));
  return box;
}

async function openingOf(box: Box, run: string): Promise<Record<string, unknown>> {
  const { stdout } = await box.run(['runs', 'show', run, '--json']);
  return (JSON.parse(stdout.split('\n')[0] ?? '') as { event: Record<string, unknown> }).event;
}

it('is kept of a run that another started, and ends a chain that grows too long', async () => {
  const box = boxWithGoal();
  const within = (depth: string) => ({ env: { STEWARD_RUN: PARENT, STEWARD_DEPTH: depth } });
  const { result } = await box.json(['run', 'look'], within('1'));
  expect(await openingOf(box, result.session_id)).toMatchObject({ trigger: { parent: PARENT, depth: 2 } });
  const list = (await box.run(['runs', 'list'])).stdout;
  expect(list).toContain(', 2 after run 11111111]');
  const third = await box.json(['run', 'look'], within('2'));
  expect([third.code, third.result.error?.message]).toEqual([
    2,
    expect.stringContaining('3 runs in a row are more than `chain.depth: 2`'),
  ]);
  expect(JSON.parse((await box.run(['runs', 'list', '--json'])).stdout)).toHaveLength(1);
});

it('keeps runs from starting many others in an hour', async () => {
  const box = boxWithGoal();
  box.write('.config/steward/steward.yaml', 'chain: { runs_per_hour: 1 }\n');
  const within = { env: { STEWARD_RUN: PARENT } };
  expect((await box.json(['run', 'look'], within)).result.error).toBeNull();
  const second = await box.json(['run', 'look'], within);
  expect(second.result.error).toMatchObject({ message: expect.stringContaining('chain.runs_per_hour') });
  expect((await box.json(['run', 'look'])).result.error).toBeNull();
});

it('says which source of alerts began a run', async () => {
  const box = boxWithGoal();
  box.write(
    '.config/steward/steward.yaml',
    'incidents: { settle: 100ms, rules: [{ match: { alertname: A* }, goal: look }] }\n',
  );
  const serving = await startServing(box);
  await serving.post('/alertmanager/home', alertBody('Away'));
  const [one] = await untilIncidents(box, ([found]) => found?.runs[0]?.outcome != null);
  const opened = await openingOf(box, one?.runs[0]?.run ?? '');
  expect(opened).toMatchObject({
    goal: 'look',
    trigger: { kind: 'alert', by: 'alertmanager home', parent: null, depth: 0 },
  });
  expect((await box.run(['runs', 'list'])).stdout).toContain('[alert by alertmanager home]');
});
