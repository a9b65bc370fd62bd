import { describe, expect, it } from 'vitest';
import { forecastText } from '../../../src/app/install/forecast.ts';
import { planText } from '../../../src/app/install/install-plan.ts';
import { type Machine, planSetup, type SetupAnswers, undoOf } from '../../../src/app/install/plan-setup.ts';

const NOTHING: SetupAnswers = {
  ...{ model: null, key: null, ntfy: null, usdPerDay: null, usdPerMonth: null, schedules: [] },
  ...{ onFailure: [], listen: null, operators: [], hasExecutor: false },
};
const PACKAGED: Machine = {
  ...{ programFolder: '/usr/lib/steward', isPackaged: true, units: {}, sysusers: '', settings: null },
  intakeToken: 'token',
};
const unit =
  '[Unit]\nDocumentation=file:///usr/share/doc/steward/docs/x.md\n[Service]\nExecStart=/usr/lib/steward/bin/steward serve\n';

describe('a setup', () => {
  it('of nothing in particular is serve with a token of its own', () => {
    const plan = planSetup(NOTHING, PACKAGED);
    expect(plan.files.map(({ path, mode }) => [path, mode])).toEqual([
      ['/etc/credstore/steward.intake-token', 0o600],
    ]);
    expect(plan.commands[0]).toEqual(['systemctl', 'daemon-reload']);
    expect(undoOf(NOTHING, PACKAGED)).toEqual([]);
  });

  it('never shows a key, and keeps it for its provider', () => {
    const keyOf = (model: string) =>
      planSetup({ ...NOTHING, model, key: 'sk-4711' }, PACKAGED).files.map(({ path }) => path);
    expect(keyOf('claude-sonnet-5-5')).toContain('/etc/credstore/steward.anthropic');
    expect(keyOf('openai/gpt')).toContain('/etc/credstore/steward.openai');
    expect(() => keyOf('vllm/x')).toThrow('no key is kept for the provider');
    expect(planText(planSetup({ ...NOTHING, key: 'sk-4711' }, PACKAGED))).not.toContain('4711');
  });

  it('from a tarball writes the units with the folder in which the program lies, and its user', () => {
    const machine = {
      ...PACKAGED,
      isPackaged: false,
      programFolder: '/opt/steward',
      units: { 'a.service': unit },
    };
    const plan = planSetup(NOTHING, machine);
    expect(plan.files.find(({ path }) => path.endsWith('a.service'))?.text).toBe(
      '[Unit]\nDocumentation=file:///opt/steward/docs/x.md\n[Service]\nExecStart=/opt/steward/bin/steward serve\n',
    );
    expect(plan.commands.slice(0, 2)).toEqual([
      ['systemd-sysusers', '/etc/sysusers.d/steward.conf'],
      ['systemctl', 'daemon-reload'],
    ]);
    expect(undoOf(NOTHING, machine)[0]).toEqual(['userdel', 'steward']);
    expect(() => planSetup(NOTHING, { ...machine, programFolder: '/home/anna/steward' })).toThrow(
      'the units cannot start what lies in /home/anna/steward',
    );
  });
});

describe('the forecast of a month', () => {
  const row = {
    goal: 'health-check',
    onCalendar: 'hourly',
    everyMs: 3_600_000,
    limitUsd: 0.5,
    averageUsd: 0.002,
  };

  it('is the limits times the runs, and never more than the budget', () => {
    const text = forecastText([row], { isFree: false, usdPerDay: 1, usdPerMonth: 20 });
    expect(text).toContain('health-check, hourly: 720 runs; as so far $1.44, at most $360.00');
    expect(text).toContain('All runs together, alerts too: at most $20.00.');
    expect(forecastText([row], { isFree: false, usdPerDay: 0.1, usdPerMonth: 20 })).toContain(
      'at most $3.00.',
    );
  });

  it('says that nothing bounds it, and that a model of one’s own costs nothing', () => {
    expect(forecastText([row], { isFree: false, usdPerDay: null, usdPerMonth: null })).toContain('no budget');
    expect(forecastText([row], { isFree: true, usdPerDay: null, usdPerMonth: null })).toContain(
      'No model that costs money is asked: nothing.',
    );
  });
});
