import { describe, expect, it } from 'vitest';
import type { EventSink, RunEvent } from '../../src/protocol/event.ts';

const notice = (text: string): RunEvent => ({ type: 'notice.given', level: 'info', text });

/** `readBack` gives what was recorded, in order; `breakIt` makes the next record fail as a full disk would. */
export function describeSink(
  name: string,
  make: () => { sink: EventSink; readBack: () => Promise<RunEvent[]>; breakIt: () => void },
): void {
  describe(`${name} as an event sink`, () => {
    it('keeps events in the order in which they came', async () => {
      const { sink, readBack } = make();
      sink.record(notice('one'));
      sink.record(notice('two'));
      await sink.sync();
      expect(await readBack()).toEqual([notice('one'), notice('two')]);
    });

    it('keeps an event as it was when it was recorded', async () => {
      const { sink, readBack } = make();
      const event = { type: 'notice.given' as const, level: 'info' as const, text: 'before' };
      sink.record(event);
      event.text = 'after';
      expect(await readBack()).toEqual([notice('before')]);
    });

    it('throws when nothing can be kept any more', async () => {
      const { sink, readBack, breakIt } = make();
      sink.record(notice('kept'));
      breakIt();
      expect(() => sink.record(notice('lost'))).toThrow(expect.objectContaining({ code: 'state-full' }));
      expect(await readBack()).toEqual([notice('kept')]);
    });
  });
}
