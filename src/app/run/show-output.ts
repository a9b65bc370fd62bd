import { createMaskStream } from '../../lib/mask/stream.ts';
import type { Masker } from '../../lib/mask.ts';

/** A screen shows the end of it; the whole is in the result. */
const MOST_CHARS = 4_096;
/** So often a screen is told at most. */
const EVERY_MS = 66;

/** What a call writes, for whoever looks: masked, and held back while a secret could still begin in it. */
export function showOutput(
  masker: Masker,
  elapsed: () => number,
  tell: (text: string) => void,
): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  const stream = createMaskStream(masker);
  let waiting = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  return (bytes) => {
    waiting = (waiting + stream.push(decoder.decode(bytes, { stream: true }))).slice(-MOST_CHARS);
    const now = elapsed();
    if (waiting === '' || now - toldAt < EVERY_MS) return;
    toldAt = now;
    tell(waiting);
    waiting = '';
  };
}
