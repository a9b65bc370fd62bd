import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readPrompt } from '../../src/cli/read-prompt.ts';
import type { StandardInput, Streams } from '../../src/cli/streams.ts';

interface Piped {
  streams: Streams;
  said: string[];
  isClosed(): boolean;
}

/** Pieces, with pauses in milliseconds between them; `Infinity` never ends. */
function piped(kind: StandardInput['kind'], pieces: (string | number)[]): Piped {
  const said: string[] = [];
  const ended = new AbortController();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      if (typeof piece === 'string') yield Buffer.from(piece);
      else await sleep(Math.min(piece, 2 ** 31 - 1), undefined, { signal: ended.signal }).catch(() => {});
    }
  }
  const streams: Streams = {
    stdin: { kind, chunks, close: () => ended.abort() },
    out: async () => {},
    say: async () => {},
    err: async (text) => void said.push(text),
    lost: () => null,
    isErrTerminal: false,
    isOutTerminal: false,
    mask: (text) => text,
    maskWith() {},
  };
  return { streams, said, isClosed: () => ended.signal.aborted };
}

describe('a prompt', () => {
  it('is the arguments, joined', async () => {
    const { streams } = piped('none', []);
    expect(await readPrompt(['what', 'is up?'], streams, false)).toEqual({
      prompt: 'what is up?',
      attachment: null,
    });
  });

  it.each(['pipe', 'file'] as const)('takes what stdin holds as an attachment: %s', async (kind) => {
    const { streams, said } = piped(kind, ['a\n', 'b\n']);
    expect(await readPrompt(['x'], streams, false)).toEqual({ prompt: 'x', attachment: 'a\nb\n' });
    expect(said).toEqual([]);
  });

  it('puts letters together that were cut between two pieces', async () => {
    const { streams } = piped('pipe', []);
    const bytes = Buffer.from('grün');
    const cut = {
      ...streams.stdin,
      chunks: async function* () {
        yield bytes.subarray(0, 3);
        yield bytes.subarray(3);
      },
    };
    expect(await readPrompt([], { ...streams, stdin: cut }, false)).toEqual({
      prompt: 'grün',
      attachment: null,
    });
  });

  it('does not wait for a pipe that is silent, and lets go of it', async () => {
    const { streams, said, isClosed } = piped('pipe', [Number.POSITIVE_INFINITY]);
    expect(await readPrompt(['x'], streams, false)).toEqual({ prompt: 'x', attachment: null });
    expect(said).toEqual(['steward: nothing came through stdin for 500 ms; going on without it\n']);
    expect(isClosed()).toBe(true);
  });

  it('waits for a slow pipe when there is no other, and says so', async () => {
    const { streams, said } = piped('pipe', [2_300, 'late']);
    expect(await readPrompt([], streams, false)).toEqual({ prompt: 'late', attachment: null });
    expect(said).toEqual(['steward: waiting for the prompt through stdin\n']);
  });

  it('is not needed to go on with a run: a silent pipe is waited for a while only', async () => {
    const { streams, said } = piped('pipe', [Number.POSITIVE_INFINITY]);
    expect(await readPrompt([], streams, true)).toBeNull();
    expect(said).toEqual(['steward: nothing came through stdin for 3000 ms; going on without it\n']);
  });

  it.each([
    ['a terminal', 'terminal', []],
    ['an empty file', 'file', ['']],
    ['white space', 'pipe', [' \n']],
  ] as const)('is not there with %s', async (_, kind, pieces) => {
    expect(await readPrompt([], piped(kind, [...pieces]).streams, false)).toBeNull();
  });

  it('above 10 MiB is refused', async () => {
    const piece = 'x'.repeat(1024 * 1024);
    const { streams, isClosed } = piped(
      'pipe',
      Array.from({ length: 11 }, () => piece),
    );
    await expect(readPrompt([], streams, false)).rejects.toMatchObject({
      reason: 'input',
      code: 'input-too-large',
    });
    expect(isClosed()).toBe(true);
  });
});
