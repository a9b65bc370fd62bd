import { describe, expect, it } from 'vitest';
import { blankRequest, type RunRequest } from '../../../src/app/run/run-request.ts';
import { demandOf, openSitting } from '../../../src/app/run/sitting.ts';
import { createMasker } from '../../../src/lib/mask.ts';
import { describeSitting, replay } from '../../../src/runs/index.ts';
import { openedEvent } from '../../runs/scripted-run.ts';

const LAST = Date.parse('2026-03-01T03:00:00Z');
const MASKER = createMasker(['correct horse battery'], 'salt');

function sit(minutes: number, request: Partial<RunRequest> = {}, ...system: string[]) {
  const built = { type: 'prompt.built' as const, system, messages: [], marker: 'a1'.repeat(8) };
  const resumed = replay(
    [openedEvent('r1'), { ...built, bytes: 1 }].map((event) => ({ time: '2026-03-01T03:00:00Z', event })),
  );
  const clock = { now: () => LAST + minutes * 60_000, elapsed: () => 0, sleep: async () => {} };
  return openSitting({ ...blankRequest(), prompt: 'and now?', ...request }, resumed, {
    clock,
    env: {},
    masker: MASKER,
  });
}

describe('what a sitting says besides its prompt', () => {
  it('is nothing where the talk simply goes on', () => {
    expect(sit(2)).toEqual({});
    expect(sit(90, { prompt: null, appendSystemPrompt: 'Speak Dutch.' })).toEqual({});
  });

  it('is the time, after a pause in which things may have changed', () => {
    expect(sit(90).preface?.join()).toMatch(
      /^It is 2026-03-01 \S+ \S+ now, 1h30m after the last word above: what was seen then may have changed/,
    );
  });

  it('is what was piped', () => {
    expect(sit(1, { attachment: 'a log' })).toEqual({ input: 'a log' });
  });

  it('is sent as the log will say it again, also half a key', () => {
    const sitting = sit(1, { attachment: '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n' });
    const sent = (input = '') =>
      describeSitting({ prompt: 'and now?', input }, [], 'a1'.repeat(8)).map(MASKER.mask);
    expect(sent(sitting.input)).toEqual(sent(MASKER.mask(sitting.input ?? '')));
    expect(sent(sitting.input).join()).not.toContain('MIIEvQ');
  });

  it('is words that the model does not have yet, secrets in them or not', () => {
    const words = { appendSystemPrompt: 'The word is correct horse battery.' };
    expect(sit(1, words).preface).toEqual([words.appendSystemPrompt]);
    expect(sit(1, words, MASKER.mask(words.appendSystemPrompt))).toEqual({});
  });

  it('is the schema that counts from now on, also where it counted before another', () => {
    const [one, other] = [{ type: 'number' }, { type: 'string' }];
    const asked = (said: Record<string, unknown>[], outputSchema: Record<string, unknown>) =>
      sit(1, { outputSchema }, ...said.map(demandOf)).preface ?? [];
    expect(asked([one], one)).toEqual([]);
    expect(asked([one, other], other)).toEqual([]);
    expect(asked([one, other], one)).toEqual([demandOf(one)]);
  });
});
