import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { RunEvent } from '../../../src/protocol/event.ts';
import { eventSchema } from '../../../src/protocol/schemas/event.ts';
import { closedEvent, openedEvent } from '../../runs/scripted-run.ts';

describe('the schema of events', () => {
  it('has exactly the type of an event', () => {
    expectTypeOf<z.output<typeof eventSchema>>().toEqualTypeOf<RunEvent>();
    expectTypeOf<z.input<typeof eventSchema>>().toEqualTypeOf<RunEvent>();
    const kinds = eventSchema.options.map((option) => option.shape.type.value);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it('lets keys through that a newer steward writes', () => {
    expect(eventSchema.safeParse({ ...openedEvent('r1'), later: true }).success).toBe(true);
  });

  it.each([
    ['a kind that it does not know', { type: 'run.flown' }],
    ['a missing key', { type: 'notice.given', level: 'info' }],
    ['a reason that is not in the table', { ...closedEvent(), reason: 'tired' }],
    ['a number that was written as null', { ...closedEvent(), turns: null }],
    ['null', null],
  ])('refuses %s', (_name, value) => {
    expect(eventSchema.safeParse(value).success).toBe(false);
  });
});
