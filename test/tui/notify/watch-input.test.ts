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
  it('tells of focus, and leaves the stream as it is', async () => {
    expect(await watch(['\x1b[O', '\x1b[I'])).toEqual({ told: ['out', 'in'], read: '\x1b[O\x1b[I' });
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
