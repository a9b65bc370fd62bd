import { describe, expect, it, onTestFinished } from 'vitest';
import { startModelServer } from '../wire/index.ts';
import { faultyProbe } from './faulty-probe.ts';
import { type Box, createBox, MODEL } from './steward.ts';

const GOAL = '---\ndescription: d\nprobes: [faults]\ngate: findings\n---\nLook.\n';
const QUIET = 'nothing is new, worse or past its cooldown';

async function createBoxBesideModel() {
  const server = await startModelServer({ dialect: 'anthropic', script: () => ({ text: 'a is bad' }) });
  onTestFinished(() => server.close());
  const box = createBox();
  box.write('.config/steward/context/faults.yaml', faultyProbe('[echo, a]'));
  box.write('.config/steward/goals/faulty.md', GOAL);
  const model = {
    STEWARD_MODEL: MODEL,
    ANTHROPIC_API_KEY: 'sk-ant-api03-system-test',
    ANTHROPIC_BASE_URL: server.url,
  };
  return { box, server, model };
}

async function check(box: Box, env: Record<string, string>) {
  const { code, result } = await box.json(['run', 'faulty'], { env });
  const findings = result.findings as { is_open: boolean; state: string }[];
  return { code, told: findings.map(({ is_open: isOpen, state }) => [state, isOpen]), text: result.result };
}

describe('a finding that the rules alone have told', () => {
  it('is told once while there is no model, looked into by the first run that has one, and cools down then', async () => {
    const { box, server, model } = await createBoxBesideModel();
    expect(await check(box, {})).toMatchObject({ code: 60, told: [['new', true]] });
    expect(await check(box, {})).toMatchObject({ code: 60, told: [['standing', false]] });
    const asked = await check(box, model);
    expect([asked.told, server.requests.length]).toEqual([[['standing', false]], 1]);
    expect(server.requests[0]?.lastText).toContain('# Findings: 1 open, 0 quiet');
    expect((await check(box, model)).text).toContain(QUIET);
    expect(server.requests).toHaveLength(1);
  });

  it('because of egress: local or of a budget that does not cover it is told once, and looked into as soon as it may be', async () => {
    const { box, server, model } = await createBoxBesideModel();
    box.write('.config/steward/goals/faulty.md', GOAL.replace('gate:', 'egress: local\ngate:'));
    expect(await check(box, model)).toMatchObject({ code: 60, told: [['new', true]] });
    box.write('.config/steward/goals/faulty.md', GOAL);
    box.write('.config/steward/steward.yaml', 'budgets: { usd_per_day: 0.0001 }\n');
    for (const _ of ['first', 'second']) {
      const spent = await check(box, model);
      expect(spent).toMatchObject({ code: 60, told: [['standing', false]] });
      expect(spent.text).toContain('The budget of the day does not cover the next request');
    }
    expect(server.requests).toEqual([]);
    box.write('.config/steward/steward.yaml', '');
    await check(box, model);
    expect(server.requests).toHaveLength(1);
  });
});
