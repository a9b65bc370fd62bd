import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readViewRequest } from '../../src/protocol/system-view.ts';

const RUNS = { v: 1, ask: 'runs', limit: 30, goal: null, outcome: 'healthy', more: 'ignored' };

describe('a request to look at what the system has', () => {
  it('is read as it was meant', () => {
    expect(readViewRequest(RUNS)).toEqual({ ask: 'runs', limit: 30, goal: null, outcome: 'healthy' });
    expect(readViewRequest({ v: 1, ask: 'run', run: '3f' })).toEqual({ ask: 'run', run: '3f' });
    expect(readViewRequest({ v: 1, ask: 'report', incident: 'I1' })).toEqual({
      ask: 'report',
      incident: 'I1',
    });
    expect(readViewRequest({ v: 1, ask: 'approvals' })).toEqual({ ask: 'approvals' });
  });

  it('of another version, without what it is about, or for too much, is none', () => {
    const none = [
      { ...RUNS, v: 2 },
      { ...RUNS, limit: 0 },
      { ...RUNS, limit: 1_001 },
      { ...RUNS, limit: 1.5 },
      { v: 1, ask: 'run' },
      { v: 1, ask: 'run', run: 'x'.repeat(201) },
      { v: 1, ask: 'approve', approval: 'A1' },
      null,
      [],
      'runs',
    ];
    expect(none.map(readViewRequest)).toEqual(none.map(() => null));
  });

  it('is never anything else, whatever was sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const request = readViewRequest(value);
        expect(request === null || (value as { v: unknown }).v === 1).toBe(true);
      }),
    );
  });
});
