import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBoxWithModel } from './steward.ts';

const GOAL = `---
description: Look whether the machine is calm.
probes: [calm]
gate: findings
---
Look.
`;
const PROBE = `describe: Whether it is calm
run: [uname, -s]
parse: lines
facts:
  lines: output
`;

test('a check that finds nothing comes to one file of the program, a talk to two, a command to three, and what was kept does not matter', async () => {
  const { box } = await createBoxWithModel([{ text: 'All is calm.' }]);
  box.write('.config/steward/goals/calm.md', GOAL);
  box.write('.config/steward/context/calm.yaml', PROBE);
  const cache = join(box.home, 'cache');
  const env = { XDG_CACHE_HOME: cache };
  const loaded = () =>
    readdirSync(join(cache, 'steward/compile'))
      .map((name) => name.replace(/-.*/, ''))
      .filter((name) => ['program', 'talk', 'arguments', 'rest'].includes(name))
      .sort();

  expect((await box.json(['run', 'calm'], { env })).result.outcome).toBe('healthy');
  expect(loaded()).toEqual(['program']);
  expect((await box.run(['-p', 'Is it calm?'], { env })).stdout).toBe('All is calm.\n');
  expect(loaded()).toEqual(['program', 'talk']);
  expect((await box.run(['-p', 'And now?'], { env })).stdout).toBe('All is calm.\n');
  const look = { toolCalls: [{ name: 'Bash', input: { command: 'uname -s' } }] };
  const { box: looking } = await createBoxWithModel([look, { text: 'Linux.' }]);
  expect((await looking.run(['-p', 'What is it?'], { env })).stdout).toBe('Linux.\n');
  expect(loaded()).toEqual(['arguments', 'program', 'talk']);
  expect((await box.json(['run', 'calm'], { env })).result.outcome).toBe('healthy');
});
