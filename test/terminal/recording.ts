import { writeFileSync } from 'node:fs';
import type { Rig } from './rig.ts';

/** Everything that a terminal showed, with its times, as asciinema players know it (asciicast, version 2). */
export interface Recording {
  /** A place that a picture can be made of: the screen as it is now. */
  mark(name: string): void;
  save(file: string): void;
}

/** Seconds, what it is (`o` output, `m` marker), and its text. */
export type CastEvent = [number, 'o' | 'm', string];

export interface Cast {
  header: { version: 2; width: number; height: number; title: string };
  events: CastEvent[];
}

/** A player shows no pause longer than this, in seconds. */
const LONGEST_PAUSE = 3;

export function startRecording(rig: Rig, title: string): Recording {
  const { columns: width, rows: height } = rig.size();
  const since = performance.now();
  const events: CastEvent[] = [];
  // A character may come in two reads.
  const decoder = new TextDecoder();
  const note = (kind: CastEvent[1], text: string): void => {
    if (text !== '' || kind === 'm') events.push([Math.round(performance.now() - since) / 1_000, kind, text]);
  };
  rig.onBytes((bytes) => note('o', decoder.decode(bytes, { stream: true })));
  return {
    mark: (name) => note('m', name),
    save(file) {
      const header = { version: 2, width, height, title, idle_time_limit: LONGEST_PAUSE };
      const lines = [header, ...events].map((line) => JSON.stringify(line));
      writeFileSync(file, `${lines.join('\n')}\n`);
    },
  };
}

/** Throws for what is no recording. */
export function readCast(text: string): Cast {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const header = JSON.parse(first) as Cast['header'];
  if (header.version !== 2) throw new Error(`asciicast version ${header.version} is not known`);
  return { header, events: lines.map((line) => JSON.parse(line) as CastEvent) };
}
