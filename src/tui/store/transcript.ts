import type { Item, ItemBody } from './item.ts';
import type { Openable, Transcript } from './state.ts';

/** Laid out in one go: a long session that is opened again must not hold up the prompt. */
const LARGEST_BATCH = 100;
/** What Ctrl+O can reach, and how much of it is kept at hand. */
const MOST_OPENABLES = 500;
const MOST_OPENABLE_CHARS = 256 * 1024;

export function add(transcript: Transcript, body: ItemBody): Transcript {
  const item: Item = { ...body, id: transcript.nextId };
  return { ...transcript, nextId: transcript.nextId + 1, ready: [...transcript.ready, item] };
}

/** Hands the next items to the terminal when the last ones have been printed. */
export function pump(transcript: Transcript, canPrint: boolean): Transcript {
  const { ready, printing } = transcript;
  if (!canPrint || !printing.isPrinted || ready.length === 0) return transcript;
  return {
    ...transcript,
    ready: ready.slice(LARGEST_BATCH),
    printing: { number: printing.number + 1, items: ready.slice(0, LARGEST_BATCH), isPrinted: false },
  };
}

/** The newest texts stay at hand up to a bound; of older ones only their place in the log. */
export function addOpenable(transcript: Transcript, openable: Openable): Transcript {
  let room = MOST_OPENABLE_CHARS;
  const openables = [...transcript.openables, openable]
    .slice(-MOST_OPENABLES)
    .reverse()
    .map((one) => {
      room -= one.text?.length ?? 0;
      return room < 0 && one.text !== null && one.seq !== null ? { ...one, text: null } : one;
    })
    .reverse();
  return { ...transcript, openables };
}
