import { describe, expect, it } from 'vitest';
import { type Circumstances, decide } from '../../src/gate/decide.ts';
import { EFFECTS, effectRank } from '../../src/protocol/effect.ts';
import type { Judgement } from '../../src/protocol/verdict.ts';

const restart: Judgement = {
  verdict: 'ask',
  effect: 'disruptive',
  rule: 'spec:systemctl.restart',
  reason: 'it interrupts the service',
  target: { kind: 'unit', name: 'nginx.service' },
  action: { kind: 'process', argv: ['systemctl', 'restart', 'nginx'], cwd: '/' },
};

const granted: Circumstances = {
  origin: 'change',
  autonomy: 'propose',
  mode: 'default',
  isAttended: false,
  canAsk: false,
  isDurable: true,
  paused: null,
  isStopped: false,
  handsOff: [],
  grant: { digest: 'd', effect: 'disruptive', byPerson: false },
};

describe('a step of a change', () => {
  it('is allowed as far as the plan was granted, also what policy would ask about', () => {
    for (const effect of EFFECTS) {
      const kind = decide({ ...restart, effect }, granted).kind;
      expect(kind).toBe(effectRank(effect) <= effectRank('disruptive') ? 'allow' : 'refuse');
    }
  });

  it('is refused when nobody granted the plan', () => {
    expect(decide(restart, { ...granted, grant: null })).toMatchObject({ rule: 'gate:no-grant' });
  });

  it('is refused when policy denies it, whatever was granted', () => {
    const denied: Judgement = { ...restart, verdict: 'deny', rule: 'floor:power' };
    const all = { ...granted, grant: { digest: 'd', effect: 'irreversible', byPerson: true } as const };
    expect(decide(denied, all)).toMatchObject({ kind: 'refuse', rule: 'floor:power' });
    expect(decide(denied, { ...all, origin: 'rollback' })).toMatchObject({ kind: 'refuse' });
  });

  it('waits for nobody while steward is paused or stopped, but the way back stays open', () => {
    const paused = { ...granted, paused: { until: null, by: 'anna' } };
    expect(decide(restart, paused)).toMatchObject({ rule: 'gate:paused' });
    expect(decide(restart, { ...granted, isStopped: true })).toMatchObject({ rule: 'gate:stopped' });
    expect(decide(restart, { ...paused, origin: 'rollback', isStopped: true }).kind).toBe('allow');
  });

  it('leaves what somebody keeps for people: a unit by either name, a file below a folder, the whole host', () => {
    const kept = (target: string) => ({ ...granted, handsOff: [{ target, until: 0, by: 'anna' }] });
    for (const target of ['nginx.service', 'nginx', '*']) {
      expect(decide(restart, kept(target))).toMatchObject({ rule: 'gate:hands-off' });
    }
    expect(decide(restart, kept('ngin')).kind).toBe('allow');
    const write: Judgement = {
      ...restart,
      effect: 'reversible',
      target: { kind: 'path', name: '/etc/nginx/a.conf' },
      action: { kind: 'write', path: '/etc/nginx/a.conf', content: '', expects: null },
    };
    expect(decide(write, kept('/etc/nginx')).kind).toBe('refuse');
    expect(decide(write, kept('/etc/ngin')).kind).toBe('allow');
    expect(decide({ ...write, effect: 'observe' }, kept('/etc/nginx')).kind).toBe('allow');
    expect(decide(write, { ...kept('/etc/nginx'), origin: 'rollback' }).kind).toBe('allow');
  });

  it.each([
    ['touch /srv/kept/a', ['touch', '/srv/kept/a'], []],
    ['touch kept/a', ['touch', 'kept/a'], []],
    ['touch ./other/../kept', ['touch', './other/../kept'], []],
    ['tar --file=kept/a', ['tar', '--file=kept/a'], []],
    ['sort -okept/a', ['sort', '-okept/a'], []],
    ['dd of=/srv/kept/a', ['dd', 'of=/srv/kept/a'], []],
    ['echo x > kept/a', ['echo', 'x'], ['kept/a']],
  ] as [string, string[], string[]][])(
    'leaves a folder that somebody keeps to people: %s',
    (_, argv, writes) => {
      const step: Judgement = {
        ...restart,
        target: { kind: 'host', name: 'localhost' },
        action: { kind: 'process', argv, cwd: '/srv' },
        commands: [argv],
        writes,
      };
      const kept = (target: string) => ({ ...granted, handsOff: [{ target, until: 0, by: 'anna' }] });
      expect(decide(step, kept('/srv/kept'))).toMatchObject({ rule: 'gate:hands-off' });
      expect(decide(step, kept('/srv/kep')).kind).toBe('allow');
    },
  );

  it('leaves a log on disk, or is not done', () => {
    expect(decide(restart, { ...granted, isDurable: false })).toMatchObject({ rule: 'gate:not-durable' });
  });
});
