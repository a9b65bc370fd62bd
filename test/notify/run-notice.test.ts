import { describe, expect, test } from 'vitest';
import { type LastSaid, plainBody, plainLine, type RunStory, runNotice } from '../../src/notify/index.ts';
import { storyOf } from '../../src/notify/run-story.ts';
import type { RunEvent } from '../../src/protocol/event.ts';
import { aFinding, aStory, MINUTE, NOW, SCENE, SECRET } from './scenes.ts';

const HOUR = 60 * MINUTE;
const tell = (more: Partial<RunStory>, last: LastSaid | null = null) => {
  const made = runNotice(aStory(more), last, SCENE);
  return made === null ? null : `${made.notice.severity}: ${plainLine(made.notice.headline)}`;
};
const cooling = aFinding({ isOpen: false, state: 'standing', quietReason: 'cooling down until …' });

describe('what an unattended run is worth to be told', () => {
  test('nothing where all is well, or what was found cools down or is muted', () => {
    expect([
      tell({ outcome: 'healthy', reason: 'healthy', findings: [] }),
      tell({ outcome: 'reported', reason: 'reported', findings: [] }),
      tell({ findings: [cooling] }),
      tell({ findings: [cooling] }, { signature: 'x', what: null, at: NOW - 90 * 24 * HOUR }),
    ]).toEqual([null, null, null, null]);
  });

  test('what is found, with the worst first, where and since when', () => {
    const other = aFinding({ id: 'F2', key: 'k2', severity: 'warning', text: 'Load is high' });
    expect(tell({ findings: [other, aFinding(), cooling] })).toBe(
      'critical: CRITICAL File system /var is 97% full and 1 more on nuc1 since 02:14: steward looked, changed nothing, and leaves it to you',
    );
  });

  test('what was done, with a budget that is spent, or with steward itself broken', () => {
    const none = { findings: [] };
    expect([
      tell({ outcome: 'fixed', reason: 'fixed', did: ['x'] }),
      tell({ outcome: 'needs-approval', reason: 'parked', parked: ['a-1'] }),
      tell({ ...none, outcome: 'stopped', reason: 'usd' }),
      tell({ ...none, outcome: 'monitoring-broken', reason: 'monitoring-broken' }),
      tell({ ...none, outcome: 'failed', reason: 'login' }),
      tell({ findings: [cooling], did: ['rm x'] }),
    ]).toEqual([
      'info: FIXED File system /var is 97% full on nuc1 since 02:14: steward fixed it and checked that it holds',
      'critical: CRITICAL File system /var is 97% full on nuc1 since 02:14: steward proposes a change and waits for your answer',
      'warning: WARNING health-check on nuc1 since 03:00: steward stopped, its budget is spent',
      'warning: WARNING health-check on nuc1 since 03:00: steward could not look, its probes failed',
      'warning: WARNING health-check on nuc1 since 03:00: steward failed (No usable key, or it was refused)',
      'critical: CRITICAL File system /var is 97% full on nuc1 since 02:14: steward looked, ran 1 change, and leaves it to you',
    ]);
  });

  test('a state that stays once, and again after a day', () => {
    const broken: Partial<RunStory> = {
      outcome: 'monitoring-broken',
      reason: 'monitoring-broken',
      findings: [],
    };
    const said = runNotice(aStory(broken), null, SCENE)?.said ?? null;
    expect(said).not.toBeNull();
    const later = (ms: number) => tell({ ...broken, endedAt: NOW + ms }, said) !== null;
    expect([later(HOUR), later(23 * HOUR), later(25 * HOUR)]).toEqual([false, false, true]);
    expect(tell({ ...broken, outcome: 'failed', reason: 'login' }, said)).not.toBeNull();
  });

  test('that it is well again, in the same thread, only to who heard of it', () => {
    const bad = runNotice(aStory(), null, SCENE);
    const well: Partial<RunStory> = {
      outcome: 'healthy',
      reason: 'healthy',
      findings: [],
      endedAt: NOW + HOUR,
    };
    const made = runNotice(aStory(well), bad?.said ?? null, SCENE);
    expect(made?.notice).toMatchObject({ kind: 'recovered', isSequel: true, thread: bad?.notice.thread });
    expect(plainLine(made?.notice.headline ?? [])).toBe(
      'RECOVERED File system /var is 97% full on nuc1, told at 03:00: steward looked and found nothing',
    );
    expect(tell(well, made?.said ?? null)).toBeNull();
  });

  test('without secrets, whatever its findings and commands hold', () => {
    const made = runNotice(
      aStory({
        findings: [aFinding({ text: `password=${SECRET}` })],
        did: [`curl -u a:${SECRET} x`],
        summary: SECRET,
      }),
      null,
      SCENE,
    );
    const text =
      made === null ? '' : plainLine(made.notice.headline) + plainBody(made.notice) + made.said.what;
    expect(text).not.toContain(SECRET);
    expect(text.match(/masked:/g)?.length).toBeGreaterThanOrEqual(4);
  });
});

describe('the story of a run', () => {
  test('holds effects and how they went, and nothing that only looked', () => {
    const step = (id: string, effect: 'observe' | 'reversible', ok: boolean | null): RunEvent[] => [
      { type: 'step.started', step: id, effect, command: `command ${id}` },
      ...(ok === null ? [] : [{ type: 'step.finished' as const, step: id, ok, summary: '', durationMs: 1 }]),
    ];
    const closed: RunEvent = {
      ...{ type: 'run.closed', outcome: 'escalated', reason: 'escalated', message: 'm', result: null },
      ...{ resumeAt: null, turns: 0, costUsd: 0, durationMs: 1 },
      usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 } as never,
    };
    const events = [
      ...step('S1', 'observe', true),
      ...step('S2', 'reversible', true),
      ...step('S3', 'reversible', false),
      ...step('S4', 'reversible', null),
    ];
    expect(storyOf('r', events, NOW)).toBeNull();
    expect(storyOf('r', [...events, closed], NOW)).toMatchObject({
      did: ['command S2'],
      failed: ['command S3', 'command S4'],
      outcome: 'escalated',
    });
  });
});
