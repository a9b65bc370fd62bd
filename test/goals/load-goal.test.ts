import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listGoals, loadGoal, parseGoalFile } from '../../src/goals/index.ts';
import { AUTONOMIES, autonomyRank } from '../../src/protocol/effect.ts';
import type { Goal } from '../../src/protocol/goal.ts';
import { operatorFiles } from '../fakes/operator-files.ts';
import { GOAL } from './fixtures.ts';

const shipped: Goal[] = [
  await parseGoalFile('goals/backups.md', 'shipped', GOAL),
  await parseGoalFile('goals/proactive.md', 'shipped', '---\ndescription: x\nenabled: false\n---\nx'),
];

function places(files: Record<string, string> = {}, enabled: string[] = []) {
  return {
    shipped,
    files: operatorFiles(files),
    configFolder: '/home/kim/.config/steward',
    cwd: '/srv/infra',
    enabled,
  };
}

const write = (fields: string, text = 'Mine.') => `---\ndescription: Mine.\n${fields}\n---\n${text}\n`;

describe('loadGoal', () => {
  test('gives a shipped goal without reading YAML', async () => {
    expect(await loadGoal('backups', places())).toEqual({ goal: shipped[0], notices: [] });
  });

  test('lets the user replace the system, and the system what is shipped', async () => {
    const system = { '/etc/steward/goals/backups.md': write('autonomy: reversible') };
    const user = { '/home/kim/.config/steward/goals/backups.md': write('autonomy: observe') };
    expect((await loadGoal('backups', places(system))).goal).toMatchObject({
      layer: 'system',
      autonomy: 'reversible',
    });
    expect((await loadGoal('backups', places({ ...system, ...user }))).goal).toMatchObject({
      layer: 'user',
      autonomy: 'observe',
    });
  });

  test('lets a project tighten a goal, and says what it may not do', async () => {
    const project = write(
      'autonomy: full\ntools: [Bash, Write]\nprobes: [memory]\negress: local\nlimits: { turns: 50, usd: 1, duration: 5m }',
      'Mind the tape drive.',
    );
    const { goal, notices } = await loadGoal(
      'backups',
      places({ '/srv/infra/.steward/goals/backups.md': project }),
    );
    expect(goal).toMatchObject({
      layer: 'shipped',
      autonomy: 'propose',
      tools: ['Bash', 'Report'],
      probes: ['disk', 'systemd-failed', 'memory'],
      egress: 'local',
      limits: { turns: 30, usd: 1, durationMs: 300_000 },
      text: 'Look at {{unit}} on {{ host }}.\n\nOf this project:\n\nMind the tape drive.',
    });
    expect(notices).toEqual([
      '/srv/infra/.steward/goals/backups.md: autonomy is ignored: a project cannot raise it above propose',
      '/srv/infra/.steward/goals/backups.md: tools is ignored: a project cannot add Write',
      '/srv/infra/.steward/goals/backups.md: limits.turns is ignored: a project can only lower it',
    ]);
  });

  test('lets a project add what has to be true after every change, and take nothing of it away', async () => {
    const base = write('invariants: [{ run: systemctl is-active sshd }]');
    const lines = (goal: { invariants: { what: { kind: string } }[] }) =>
      goal.invariants.map(({ what }) => ('line' in what ? what.line : what.kind));
    for (const [given, wanted] of [
      ['invariants: [{ run: ls }]', ['systemctl is-active sshd', 'ls']],
      ['invariants: []', ['systemctl is-active sshd']],
    ] as const) {
      const { goal } = await loadGoal(
        'backups',
        places({
          '/etc/steward/goals/backups.md': base,
          '/srv/infra/.steward/goals/backups.md': write(given),
        }),
      );
      expect(lines(goal)).toEqual(wanted);
    }
  });

  test('caps a goal that only a project has', async () => {
    const files = { '/srv/infra/.steward/goals/deploy.md': write('autonomy: full') };
    const { goal, notices } = await loadGoal('deploy', places(files));
    expect(goal).toMatchObject({ layer: 'project', autonomy: 'propose' });
    expect(notices).toEqual([
      '/srv/infra/.steward/goals/deploy.md: autonomy is ignored: a goal of a project goes no further than propose',
    ]);
  });

  test('says how to enable a disabled goal, and lets no project do it', async () => {
    const files = { '/srv/infra/.steward/goals/proactive.md': write('enabled: true') };
    for (const given of [places(), places(files)]) {
      await expect(loadGoal('proactive', given)).rejects.toMatchObject({
        reason: 'input',
        message: 'goal proactive is disabled',
        hint: expect.stringContaining('goals: { enabled: [proactive] }'),
      });
    }
    expect((await loadGoal('proactive', places({}, ['proactive']))).goal.enabled).toBe(true);
  });

  test.each(['backup', 'Backups', '../../etc/passwd', ''])(
    'knows no goal %j and lists those it knows',
    async (name) => {
      await expect(loadGoal(name, places())).rejects.toMatchObject({
        reason: 'input',
        hint: expect.stringMatching(/Known: backups, proactive\.$/),
      });
    },
  );

  test('names the file of a broken goal', async () => {
    const files = { '/etc/steward/goals/backups.md': 'no front matter' };
    await expect(loadGoal('backups', places(files))).rejects.toMatchObject({
      reason: 'settings',
      message: expect.stringContaining('/etc/steward/goals/backups.md:1: '),
    });
  });

  test('never gives a project more autonomy, tools or room than the goal had', async () => {
    const limit = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
    const fields = fc.record({
      autonomy: fc.constantFrom(...AUTONOMIES),
      tools: fc.subarray(['Bash', 'Read', 'Edit', 'Write'] as const),
      limits: fc.record({ turns: limit, usd: limit }),
      egress: fc.constantFrom('any', 'local'),
      enabled: fc.boolean(),
    });
    const text = (front: object) => `---\n${JSON.stringify({ description: 'x', ...front })}\n---\nx`;
    await fc.assert(
      fc.asyncProperty(fields, fields, async (base, project) => {
        const system = { '/etc/steward/goals/g.md': text(base) };
        const files = { ...system, '/srv/infra/.steward/goals/g.md': text(project) };
        const [before] = (await listGoals(places(system))).filter(
          (listed) => 'goal' in listed && listed.goal.name === 'g',
        );
        const [after] = (await listGoals(places(files))).filter(
          (listed) => 'goal' in listed && listed.goal.name === 'g',
        );
        if (!before || !after || 'error' in before || 'error' in after) throw new Error('not listed');
        expect(autonomyRank(after.goal.autonomy)).toBeLessThanOrEqual(autonomyRank(before.goal.autonomy));
        expect(before.goal.tools).toEqual(expect.arrayContaining(after.goal.tools));
        for (const key of ['turns', 'usd'] as const) {
          expect(after.goal.limits[key] ?? Infinity).toBeLessThanOrEqual(before.goal.limits[key] ?? Infinity);
        }
        if (before.goal.egress === 'local') expect(after.goal.egress).toBe('local');
        if (!before.goal.enabled) expect(after.goal.enabled).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

test('listGoals shows every goal, disabled and broken ones too', async () => {
  const listed = await listGoals(
    places({ '/etc/steward/goals/broken.md': 'x', '/etc/steward/goals/notes.txt': 'x' }),
  );
  expect(
    listed.map((entry) =>
      'goal' in entry ? [entry.goal.name, entry.goal.enabled] : [entry.name, entry.error.reason],
    ),
  ).toEqual([
    ['backups', true],
    ['broken', 'settings'],
    ['proactive', false],
  ]);
});
