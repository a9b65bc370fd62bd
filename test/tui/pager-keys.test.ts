import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { borrowKeys } from '../../src/tui/pager/borrow-keys.ts';

interface Terminal {
  stream: NodeJS.ReadStream;
  /** Modes that were set. */
  modes: boolean[];
}

/** A stream of keys as a terminal gives it, as far as reading and raw mode go. */
function terminal(...chunks: string[]): Terminal {
  const modes: boolean[] = [];
  const source = new PassThrough({ encoding: 'utf8' });
  const stream = Object.assign(source, { setRawMode: (mode: boolean) => modes.push(mode) });
  for (const chunk of chunks) source.write(chunk);
  return { stream: stream as unknown as NodeJS.ReadStream, modes };
}

function readAll(stream: NodeJS.ReadStream, onRead?: (part: string) => void): string {
  let read = '';
  for (let part: unknown = stream.read(); part !== null; part = stream.read()) {
    read += String(part);
    onRead?.(String(part));
  }
  return read;
}

describe('the keys that a pager borrows', () => {
  it.each([
    ['q', 'jjq', '\x1b'],
    ['Ctrl+C', '\x03', 'more\r'],
    ['Ctrl+O', 'j\x0f', '\x0f'],
  ])('are given back from behind the %s that closes it', (_, mine, others) => {
    const { stream } = terminal(mine + others);
    const keys = borrowKeys(stream);
    const read = readAll(keys.stdin, (part) => {
      if (/[q\x03\x0f]$/.test(part)) keys.giveBack();
    });
    expect([read, readAll(stream)]).toEqual([mine, others]);
  });

  it('are all there, in their order, whenever it is closed', () => {
    const text = fc.string({ unit: fc.constantFrom('q', 'j', '\x1b', '[', '\x03', '\r', 'ü', '😀') });
    fc.assert(
      fc.property(fc.array(text.filter((chunk) => chunk !== '')), fc.nat(20), (chunks, most) => {
        const { stream } = terminal(...chunks);
        const keys = borrowKeys(stream);
        let parts = 0;
        const mine = readAll(keys.stdin, () => {
          if (++parts > most) keys.giveBack();
        });
        keys.giveBack();
        expect(mine + readAll(stream)).toBe(chunks.join(''));
      }),
    );
  });

  it('come from a terminal that stays in raw mode when the pager lets go of it', () => {
    const { stream, modes } = terminal();
    const keys = borrowKeys(stream);
    keys.stdin.setRawMode(true).setRawMode(false);
    expect(modes).toEqual([]);
  });
});
