import type { RunEvent } from '../../protocol/event.ts';
import type { ModelDelta } from '../../protocol/model.ts';
import type { Streams } from '../streams.ts';
import type { ResultFrame } from './result.ts';
import { emptyFold, foldEvent, type RunFold } from './run-fold.ts';

export const OUTPUT_FORMATS = ['text', 'json', 'stream-json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** A reader of the run's events. It holds no business rules: what it shows is what was recorded. */
export interface Printer {
  onEvent(event: RunEvent, time: string): void;
  onDelta(delta: ModelDelta): void;
  /** Once, last, on every path. Resolves when everything is with the reader. */
  finish(frame: ResultFrame): Promise<void>;
}

export interface PrinterOptions {
  format: OutputFormat;
  streams: Streams;
  /** Progress lines on stderr. */
  isVerbose: boolean;
  hasPartialMessages: boolean;
  newId(): string;
  /** Milliseconds, for spans. */
  now(): number;
}

/** A printer that folds; formats add what they write. */
export function foldingPrinter(parts: {
  onEvent?(event: RunEvent, fold: RunFold): void;
  onDelta?(delta: ModelDelta): void;
  finish(fold: RunFold, frame: ResultFrame): Promise<void>;
}): Printer {
  const fold = emptyFold();
  return {
    onEvent(event, time) {
      foldEvent(fold, event, time);
      parts.onEvent?.(event, fold);
    },
    onDelta: (delta) => parts.onDelta?.(delta),
    finish: (frame) => parts.finish(fold, frame),
  };
}
