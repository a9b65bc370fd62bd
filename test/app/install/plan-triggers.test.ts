import { describe, expect, it } from 'vitest';
import { planText } from '../../../src/app/install/install-plan.ts';
import {
  filesOfOnFailure,
  filesOfSchedule,
  planOnFailure,
  planSchedule,
} from '../../../src/app/install/plan-triggers.ts';

const HOUR = 3_600_000;
const schedule = (everyMs: number, randomDelay: string | null = null) =>
  planSchedule({ goal: 'health-check', onCalendar: 'hourly', randomDelay, everyMs });

describe('a timer for a goal', () => {
  it('is the shipped one, told when, with slots as long as it is far apart', () => {
    const plan = schedule(HOUR);
    expect(plan.files.map(({ path }) => path)).toEqual(filesOfSchedule('health-check'));
    expect(plan.files[0]?.text).toContain('[Timer]\nOnCalendar=\nOnCalendar=hourly\n');
    const slots = [5 * 60_000, HOUR, 24 * HOUR, 7 * 24 * HOUR].map(
      (everyMs) => /STEWARD_SLOT=(\w+)/.exec(schedule(everyMs).files[1]?.text ?? '')?.[1],
    );
    expect(slots).toEqual(['minutely', 'hourly', 'daily', 'weekly']);
  });

  it('is spread as it is told, and one that comes often not at all', () => {
    expect(schedule(HOUR).files[0]?.text).not.toContain('RandomizedDelaySec');
    expect(schedule(HOUR, '1h').files[0]?.text).toContain('RandomizedDelaySec=1h\n');
    expect(schedule(300_000).files[0]?.text).toContain('RandomizedDelaySec=0\n');
  });

  it('is refused for what is no name of a goal', () => {
    for (const goal of ['../x', 'a b', '', 'x\ny', '-x', 'a/b']) {
      expect(() => filesOfSchedule(goal)).toThrow('is no name of a goal');
    }
  });
});

describe('a failure that is told', () => {
  it('of one service is a drop-in of its own', () => {
    const plan = planOnFailure(['nginx', 'backup@photos.service']);
    expect(plan.files.map(({ path }) => path)).toEqual([
      '/etc/systemd/system/nginx.service.d/50-steward.conf',
      '/etc/systemd/system/backup@photos.service.d/50-steward.conf',
    ]);
    expect(planText(plan)).toContain('OnFailure=steward-failure@%n.service');
  });

  it('of every service leaves out steward’s own, by files of the same name nearer to them', () => {
    const { files } = planOnFailure(['all']);
    expect(files.map(({ path }) => path)).toEqual(filesOfOnFailure(['all']));
    const telling = files.filter(({ text }) => text.includes('OnFailure='));
    expect(telling.map(({ path }) => path)).toEqual(['/etc/systemd/system/service.d/50-steward.conf']);
    expect(files.length).toBe(4);
  });

  it('is refused for steward itself, and for what is no service', () => {
    for (const unit of ['steward-serve', 'steward@x.service', 'a.timer', 'x/y', 'x y']) {
      expect(() => planOnFailure([unit])).toThrow(/steward's own|no name of a service/);
    }
  });
});
