import type { LogLine } from '../protocol/event.ts';
import { isPrompt } from './prompt-marks.ts';

/** A prompt that the conversation can go back to before. */
export interface PromptPoint {
  /** Number of its line. */
  seq: number;
  prompt: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Files that are not as they were then, for all that the log says. */
  files: string[];
}

/** Oldest first. What was rewound away is no point any more. */
export function promptPoints(lines: readonly Pick<LogLine, 'seq' | 'time' | 'event'>[]): PromptPoint[] {
  let points: Omit<PromptPoint, 'files'>[] = [];
  for (const { seq, time, event } of lines) {
    if (isPrompt(event)) points.push({ seq, prompt: event.prompt ?? '', at: Date.parse(time) });
    else if (event.type === 'run.rewound') points = points.filter((point) => point.seq < event.point);
  }
  return points.map((point) => ({ ...point, files: changedSince(lines, point.seq) }));
}

function changedSince(lines: readonly Pick<LogLine, 'seq' | 'event'>[], seq: number): string[] {
  const states = new Map<string, { before: string | null; after: string | null }>();
  for (const { seq: at, event } of lines) {
    if (at <= seq || event.type !== 'file.checkpointed') continue;
    const before = event.before === null ? null : (event.before.split('/').at(-1) ?? null);
    const first = states.get(event.path);
    states.set(event.path, { before: first === undefined ? before : first.before, after: event.after });
  }
  return [...states].flatMap(([path, { before, after }]) => (before === after ? [] : [path]));
}
