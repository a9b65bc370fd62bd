import { describe, expect, it } from 'vitest';
import { durationLeftMs, limitsOf } from '../../../src/app/run/limits.ts';
import type { World } from '../../../src/app/world.ts';
import { loadSettings } from '../../../src/config/index.ts';
import type { Goal } from '../../../src/protocol/goal.ts';
import { operatorFiles } from '../../fakes/operator-files.ts';

async function limitsFor(given: {
  goal?: Goal['limits'];
  file?: string;
  flags?: Record<string, string>;
}): Promise<Goal['limits']> {
  const loaded = await loadSettings({
    files: operatorFiles({ '/root/.config/steward/steward.yaml': given.file ?? '' }),
    env: {},
    cwd: '/srv',
    home: '/root',
    flags: { settings: null, values: given.flags ?? {} },
  });
  // limitsOf reads nothing else of a world and of a goal.
  const world = { loaded, settings: loaded.settings } as World;
  return limitsOf(world, given.goal === undefined ? null : ({ limits: given.goal } as Goal));
}

describe('limits of a run', () => {
  it('are none when nobody sets any', async () => {
    expect(await limitsFor({})).toEqual({});
  });

  it("are the tighter of a goal's and the settings'", async () => {
    const limits = await limitsFor({ goal: { turns: 30, usd: 0.1 }, file: 'limits: { turns: 10, usd: 5 }' });
    expect(limits).toEqual({ turns: 10, usd: 0.1 });
  });

  it('are what the command line says, over both', async () => {
    const limits = await limitsFor({
      goal: { turns: 5, durationMs: 60_000 },
      file: 'limits: { turns: 10 }',
      flags: { 'limits.turns': '40', 'limits.duration': '5m' },
    });
    expect(limits).toEqual({ turns: 40, durationMs: 300_000 });
  });
});

describe('the time that is left', () => {
  const limits = { durationMs: 1_000 };
  const resumed = { spentMs: 400 };

  it('is what a run that was cut off had left', () => {
    expect(durationLeftMs({ limits, resumed, request: { prompt: null } })).toBe(600);
    expect(durationLeftMs({ limits, resumed: { spentMs: 5_000 }, request: { prompt: null } })).toBe(0);
  });

  it('is all of it for a new run, and for a new prompt', () => {
    expect(durationLeftMs({ limits, resumed: null, request: { prompt: 'x' } })).toBe(1_000);
    expect(durationLeftMs({ limits, resumed, request: { prompt: 'x' } })).toBe(1_000);
  });

  it('is not known without a limit', () => {
    expect(durationLeftMs({ limits: {}, resumed, request: { prompt: null } })).toBeNull();
  });
});
