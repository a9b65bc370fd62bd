import { describe, expect, it } from 'vitest';
import { isWaitingFor } from '../../../src/app/change/run-that-asked.ts';
import { whyGone } from '../../../src/app/change/why-gone.ts';
import type { Gathered } from '../../../src/app/looking/gather.ts';
import type { RunEvent } from '../../../src/protocol/event.ts';

const parked = (approval: string, change = 'X1'): RunEvent => ({
  type: 'change.parked',
  change,
  approval,
  expiresAt: 1,
});
const ended = (change = 'X1'): RunEvent => ({
  type: 'change.ended',
  change,
  end: 'held',
  failed: null,
  message: '',
});

describe('a run whose change was answered', () => {
  it('waits for it until its log says how the change ended, or that another plan waits', () => {
    const first = { id: 'a-1', change: 'X1' };
    expect(isWaitingFor([], first)).toBe(false);
    expect(isWaitingFor([parked('a-1')], first)).toBe(true);
    expect(isWaitingFor([parked('a-1'), parked('a-9', 'X2'), ended('X2')], first)).toBe(true);
    expect(isWaitingFor([parked('a-1'), ended()], first)).toBe(false);
    expect(isWaitingFor([parked('a-1'), parked('a-2')], first)).toBe(false);
    expect(isWaitingFor([parked('a-1'), parked('a-2')], { id: 'a-2', change: 'X1' })).toBe(true);
  });
});

describe('a fault', () => {
  const fault = [{ key: 'shop/closed/failed', probe: 'shop' }];
  const seen = (status: string, keys: string[] = []) =>
    ({
      items: [{ probe: 'shop', status }],
      findings: keys.map((key) => ({ key, probe: 'shop' })),
    }) as unknown as Gathered;

  it('is gone when the probe that saw it answers and finds it no more; silence proves nothing', () => {
    expect(whyGone(fault, seen('ok'))).toBe('the fault is gone: shop/closed/failed');
    expect(whyGone(fault, seen('ok', ['shop/closed/failed']))).toBeNull();
    expect(whyGone(fault, seen('failed'))).toBeNull();
    expect(whyGone(fault, { ...seen('ok'), items: [] })).toBeNull();
    expect(whyGone([], seen('ok'))).toBeNull();
  });
});
