import type { Readable } from 'node:stream';
import { type Capture, createCapture } from '../lib/cap.ts';
import type { Captured } from '../protocol/machine.ts';
import type { AppendFile, StateStore } from '../protocol/store.ts';
import { monotonicMs } from './monotonic.ts';

/** The spilled part of an endless output must not fill the state's file system. */
export const SPILL_LIMIT_BYTES = 64 * 1024 * 1024;

export interface Output {
  /** Reads the stream from now on. */
  attach(stream: Readable, name: 'stdout' | 'stderr'): void;
  /** Milliseconds, monotonic, at which bytes came last. */
  lastAt(): number;
  /** Call once, when nothing more will come. */
  finish(): Promise<{ stdout: Captured; stderr: Captured; whole: string | null }>;
}

/**
 * Takes the output of a program in bounded memory: head and tail of each stream, and once one is over the limit the
 * whole, in the order in which it came, in a file of the state store. When that cannot be written, the output is only
 * cut: a full disk must not end a command half-way.
 */
export function createOutput(
  limitBytes: number,
  spill: { store: StateStore; name: string } | undefined,
  onBytes?: (bytes: Uint8Array) => void,
): Output {
  const captures: Record<'stdout' | 'stderr', Capture> = {
    stdout: createCapture(limitBytes),
    stderr: createCapture(limitBytes),
  };
  const seen = { stdout: 0, stderr: 0 };
  const streams: Readable[] = [];
  let early: Uint8Array[] = [];
  let file: AppendFile | undefined;
  let opening: Promise<void> | undefined;
  let isOpening = false;
  let hasFailed = spill === undefined;
  let spilledBytes = 0;
  let lastAt = monotonicMs();

  function append(chunk: Uint8Array): void {
    if (hasFailed || file === undefined || spilledBytes >= SPILL_LIMIT_BYTES) return;
    try {
      const part = chunk.subarray(0, SPILL_LIMIT_BYTES - spilledBytes);
      file.append(part);
      spilledBytes += part.length;
    } catch {
      hasFailed = true;
    }
  }

  async function openSpill({ store, name }: { store: StateStore; name: string }): Promise<void> {
    // Nothing is read meanwhile, so that what waits in memory stays bounded.
    isOpening = true;
    for (const stream of streams) stream.pause();
    try {
      await store.remove(name);
      file = await store.openAppend(name);
      for (const chunk of early) append(chunk);
    } catch {
      hasFailed = true;
    }
    early = [];
    isOpening = false;
    lastAt = monotonicMs();
    for (const stream of streams) stream.resume();
  }

  return {
    attach(stream, name) {
      streams.push(stream);
      stream.on('data', (chunk: Buffer) => {
        lastAt = monotonicMs();
        captures[name].push(chunk);
        onBytes?.(chunk);
        seen[name] += chunk.length;
        if (hasFailed || spill === undefined) return;
        if (file !== undefined) return append(chunk);
        early.push(chunk);
        if (seen[name] > limitBytes) opening ??= openSpill(spill);
      });
      // A reset pipe ends the output; the exit status tells how the program ended.
      stream.on('error', () => {});
      stream.resume();
    },
    lastAt: () => (isOpening ? monotonicMs() : lastAt),
    async finish() {
      await opening;
      file?.close();
      if (file !== undefined && hasFailed) await spill?.store.remove(spill.name).catch(() => {});
      const stdout = captures.stdout.finish();
      const stderr = captures.stderr.finish();
      const whole = file !== undefined && !hasFailed && spill !== undefined ? spill.name : null;
      return { stdout, stderr, whole };
    },
  };
}
