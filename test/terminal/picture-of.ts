import { drawSvg } from './draw-svg.ts';
import { createEmulator } from './emulator.ts';
import type { Cast } from './recording.ts';

/** The screen at a mark of a recording, as SVG. Throws when there is no such mark. */
export async function pictureOf({ header, events }: Cast, mark: string): Promise<string> {
  const end = events.findIndex(([, kind, text]) => kind === 'm' && text === mark);
  if (end < 0) throw new Error(`the recording has no mark ${JSON.stringify(mark)}`);
  const emulator = createEmulator({ columns: header.width, rows: header.height }, () => {});
  for (const [, kind, text] of events.slice(0, end)) {
    if (kind === 'o') emulator.feed(Buffer.from(text));
  }
  await emulator.settle();
  const svg = drawSvg(emulator, header.title);
  emulator.dispose();
  return svg;
}
