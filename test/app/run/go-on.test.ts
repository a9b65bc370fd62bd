import { describe, expect, it } from 'vitest';
import { requestToGoOn } from '../../../src/app/run/go-on.ts';
import { blankRequest, type RunRequest } from '../../../src/app/run/run-request.ts';
import { createMasker } from '../../../src/lib/mask.ts';
import { replay } from '../../../src/runs/index.ts';
import { openedEvent } from '../../runs/scripted-run.ts';

const MASKER = createMasker(['correct horse battery'], 'salt');
const RULE = 'Bash(login "correct horse battery")';

const REQUEST: RunRequest = { ...blankRequest(), prompt: 'go on', resume: 'r1' };

function deniedAfter(before: string[], now: string[]): string[] {
  const opened = openedEvent('r1', { denied: before });
  const resumed = replay([{ time: '2026-03-01T03:00:00Z', event: opened }]);
  return requestToGoOn({ ...REQUEST, denied: now }, resumed, { cwd: opened.cwd, masker: MASKER }).denied;
}

describe('a run that goes on', () => {
  it('is denied what it was denied, and more', () => {
    expect(deniedAfter(['Bash'], [])).toEqual(['Bash']);
    expect(deniedAfter(['Bash'], ['Write', 'Bash'])).toEqual(['Bash', 'Write']);
  });

  it('keeps its goal and what that was set to', () => {
    const opened = openedEvent('r1', {
      goal: 'watch',
      parameters: { who: 'nginx', token: MASKER.mask('correct horse battery') },
    });
    const built = {
      type: 'prompt.built' as const,
      system: [],
      messages: [],
      marker: 'a1'.repeat(8),
      bytes: 1,
    };
    const resumed = replay([opened, built].map((event) => ({ time: '2026-03-01T03:00:00Z', event })));
    const goOn = (rest: Partial<RunRequest>) =>
      requestToGoOn({ ...REQUEST, ...rest }, resumed, { cwd: opened.cwd, masker: MASKER });
    const sets = { who: 'nginx', token: 'correct horse battery' };
    expect(goOn({ goal: 'watch', sets }).sets).toEqual(sets);
    expect(() => goOn({ goal: 'other' })).toThrow('this run works on watch');
    expect(() => goOn({ sets: { who: 'sshd' } })).toThrow('--set who: this run keeps what it began with');
  });

  it('is not gone on with when a rule was kept without its secret, unless it is said again', () => {
    const kept = MASKER.mask(RULE);
    expect(kept).not.toBe(RULE);
    expect(() => deniedAfter([kept], ['Bash'])).toThrow('its log does not keep secrets');
    expect(deniedAfter(['Write', kept], [RULE])).toEqual(['Write', RULE]);
  });
});
