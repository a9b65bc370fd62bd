import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchInput } from '../../../src/tui/notify/watch-input.ts';

async function watch(chunks: readonly string[]): Promise<{ told: string[]; read: string }> {
  const told: string[] = [];
  const source = new PassThrough({ encoding: 'utf8' });
  // A stream of keys as a terminal gives it, as far as reading goes.
  const stdin = watchInput(source as unknown as NodeJS.ReadStream, {
    onFocus: (hasFocus) => told.push(hasFocus ? 'in' : 'out'),
    onKey: () => told.push('key'),
  });
  let read = '';
  for (const chunk of chunks) {
    source.write(chunk);
    for (let part: unknown = stdin.read(); part !== null; part = stdin.read()) read += String(part);
  }
  return { told, read };
}

describe('watching the input', () => {
  it('tells of focus, and takes the reports out of the stream', async () => {
    expect(await watch(['\x1b[O', 'a\x1b[Ib'])).toEqual({ told: ['out', 'in', 'key'], read: 'ab' });
  });

  it.each([
    ['in one read', ['\x1b\x1b[I']],
    ['in two', ['\x1b', '\x1b[I']],
    ['behind another report', ['\x1b[O\x1b\x1b[I']],
  ])('leaves Escape alone that comes right before a report, %s', async (_, chunks) => {
    const { told, read } = await watch(chunks);
    expect(read).toBe('\x1b');
    expect(told.at(-1)).toMatch(/in|key/);
  });

  it('tells of keys, arrows among them', async () => {
    expect((await watch(['a', '\x1b[A', '\x1b[Ob'])).told).toEqual(['key', 'key', 'out', 'key']);
  });

  it('hears a report that is cut between two reads', async () => {
    const text = '\x1b[O\x1b[I\x1b[O';
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length }), async (cut) => {
        const { told } = await watch([text.slice(0, cut), text.slice(cut)].filter((part) => part !== ''));
        expect(told).toEqual(['out', 'in', 'out']);
      }),
    );
  });
});
