import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../src/app/client.ts';
import { type Attention, attend } from '../../../src/tui/notify/attention.ts';
import { statusOf } from '../../fakes/client.ts';

const QUESTION: Happening = {
  kind: 'question',
  question: {
    id: 'Q1',
    step: 'C1',
    command: 'systemctl restart nginx',
    cwd: '/',
    effect: 'disruptive',
    target: { kind: 'none', name: '' },
    rule: 'r',
    reason: 'why.',
    origins: [],
    offer: null,
    wantsTerminal: false,
  },
};
const working = (isWorking: boolean): Happening => ({ kind: 'status', status: statusOf({ isWorking }) });

/** Calls for happenings at given seconds. */
function calls(
  start: Partial<Attention>,
  ...happenings: [atSeconds: number, happening: Happening][]
): string[] {
  let attention: Attention = { hasFocus: null, lastKeyAt: 0, workingSince: null, ...start };
  return happenings.flatMap(([at, happening]) => {
    const next = attend(attention, happening, at * 1000);
    attention = next.attention;
    return next.call ?? [];
  });
}

describe('calling somebody who looks elsewhere', () => {
  it('happens for a question, where the terminal has lost the focus', () => {
    expect(calls({ hasFocus: false }, [1, QUESTION])).toEqual(['steward asks: systemctl restart nginx']);
    expect(calls({ hasFocus: true }, [60, QUESTION])).toEqual([]);
  });

  it('happens at the end of a turn of more than ten seconds', () => {
    expect(calls({ hasFocus: false }, [1, working(true)], [12, working(false)])).toEqual(['steward is done']);
    expect(calls({ hasFocus: false }, [1, working(true)], [11, working(false)])).toEqual([]);
  });

  it('counts a turn from its beginning, however often its status changes', () => {
    const states = [1, 5, 9].map((at): [number, Happening] => [at, working(true)]);
    expect(calls({ hasFocus: false }, ...states, [13, working(false)], [14, working(false)])).toEqual([
      'steward is done',
    ]);
  });

  it('goes by the last key where a terminal says nothing of focus', () => {
    expect(calls({ lastKeyAt: 0 }, [5, QUESTION])).toEqual([]);
    expect(calls({ lastKeyAt: 0 }, [11, QUESTION])).toEqual(['steward asks: systemctl restart nginx']);
  });
});
