import { describe, expect, it, onTestFinished } from 'vitest';
import { type ModelServer, type Script, startModelServer } from '../wire/index.ts';
import { faultyProbe } from './faulty-probe.ts';
import { type Box, createBox, MODEL } from './steward.ts';

const NOT_THERE: Script = [{ fault: 'status', status: 404 }];

const PROBE = (egress: string) => faultyProbe('[echo, never-to-leave]', `egress: ${egress}\n`);

/** A local model, which a model in the cloud may take over from. */
async function createBoxWithBoth(scripts: {
  local: Script;
  cloud: Script;
}): Promise<{ box: Box; local: ModelServer; cloud: ModelServer }> {
  const [local, cloud] = await Promise.all([
    startModelServer({ dialect: 'ollama', script: scripts.local }),
    startModelServer({ dialect: 'anthropic', script: scripts.cloud }),
  ]);
  onTestFinished(async () => void (await Promise.all([local.close(), cloud.close()])));
  const box = createBox({
    STEWARD_MODEL: 'qwen3:8b',
    OLLAMA_HOST: local.url,
    ANTHROPIC_API_KEY: 'sk-ant-api03-system-test',
    ANTHROPIC_BASE_URL: cloud.url,
  });
  return { box, local, cloud };
}

function withProbe(box: Box, egress: 'any' | 'local'): void {
  box.write('.config/steward/context/mine.yaml', PROBE(egress));
  box.write('.config/steward/goals/look.md', '---\ndescription: d\nprobes: [mine]\n---\nLook.\n');
}

describe('what a probe says must stay local', () => {
  it('does not go to the cloud when the local model cannot be had', async () => {
    const { box, local, cloud } = await createBoxWithBoth({ local: NOT_THERE, cloud: [{ text: 'seen' }] });
    withProbe(box, 'local');
    const { code, stderr } = await box.json(['run', 'look', '--fallback-model', MODEL]);
    expect(local.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(local.requests)).toContain('never-to-leave');
    expect(cloud.requests).toEqual([]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`must stay on this machine (egress: local): it is not sent to ${MODEL}`);
  });

  it('does not go to the cloud when a talk with a local model goes on there', async () => {
    const { box, cloud } = await createBoxWithBoth({ local: [{ text: 'seen' }], cloud: [{ text: 'seen' }] });
    withProbe(box, 'local');
    const { result } = await box.json(['run', 'look']);
    const on = await box.run(['-r', result.session_id, '-p', 'and now?', '--model', MODEL]);
    expect(cloud.requests).toEqual([]);
    expect(on.code).not.toBe(0);
    expect(on.stderr).toContain('must stay on this machine');
  });

  it('does not go to the cloud when a local model saw it only in a later sitting', async () => {
    const { box, local, cloud } = await createBoxWithBoth({
      local: [{ text: 'a' }, { text: 'b' }],
      cloud: [{ text: 'seen' }, { text: 'seen' }, { text: 'seen' }],
    });
    withProbe(box, 'local');
    const { result } = await box.json(['-p', 'Hello']);
    await box.json(['-r', result.session_id, '-p', 'Look', '--probes', 'mine', '--fallback-model', MODEL]);
    expect(JSON.stringify(local.requests)).toContain('never-to-leave');
    const on = await box.run(['-r', result.session_id, '-p', 'and now?', '--model', MODEL]);
    expect(cloud.requests).toEqual([]);
    expect(on.stderr).toContain('must stay on this machine');
  });

  it('is withheld from a model in the cloud, and what is left may go on there', async () => {
    const { box, cloud } = await createBoxWithBoth({ local: NOT_THERE, cloud: [{ text: 'seen' }] });
    withProbe(box, 'local');
    const { result } = await box.json(['run', 'look', '--model', MODEL]);
    await box.json(['-r', result.session_id, '-p', 'and now?']);
    expect(cloud.requests).toHaveLength(2);
    expect(JSON.stringify(cloud.requests)).not.toContain('never-to-leave');
  });
});

describe('what may leave', () => {
  it('goes to the model that takes over', async () => {
    const { box, cloud } = await createBoxWithBoth({ local: NOT_THERE, cloud: [{ text: 'seen' }] });
    withProbe(box, 'any');
    const { result } = await box.json(['run', 'look', '--fallback-model', MODEL]);
    // A local model is free; who took over is not.
    expect(result.total_cost_usd).toBeGreaterThan(0);
    expect(JSON.stringify(cloud.requests)).toContain('never-to-leave');
  });
});
