import { createMaskStream } from '../../lib/mask/stream.ts';
import type { Masker } from '../../lib/mask.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

/** `steward mask`: stdin with tokens in place of secrets; with --jsonl, {"text"} lines in and {"text","found"} out. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  if (args.positionals.length > 0)
    throw new OpsError('usage', 'usage', 'steward mask reads stdin', { hint: 'steward mask < app.log' });
  const { masker } = await worldOf(call);
  const maskPart = args.has('jsonl') ? maskJsonLines(masker) : maskText(masker);
  for await (const part of wholeLines(streams.stdin.chunks())) await streams.out(maskPart.take(part));
  await streams.out(maskPart.end());
  return 0;
}

interface Filter {
  /** Whole lines, but for the last. */
  take(bytes: Buffer): string | Buffer;
  end(): string;
}

function maskText(masker: Masker): Filter {
  const stream = createMaskStream(masker);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes: Buffer): string | undefined => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
  return {
    take(bytes) {
      const text = decode(bytes);
      if (text !== undefined) return stream.push(text);
      // Another encoding comes out as it came in: one character for each byte, and tokens are ASCII.
      const before = stream.flush();
      return Buffer.concat([
        Buffer.from(before),
        Buffer.from(masker.mask(bytes.toString('latin1')), 'latin1'),
      ]);
    },
    end: () => stream.flush(),
  };
}

function maskJsonLines(masker: Masker): Filter {
  let number = 0;
  return {
    take: (bytes) =>
      bytes
        .toString('utf8')
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => {
          number += 1;
          if (line.trim() === '') return '';
          const text = readText(line, number);
          return `${JSON.stringify({ text: masker.mask(text), found: masker.find(text) })}\n`;
        })
        .join(''),
    end: () => '',
  };
}

function readText(line: string, number: number): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new OpsError('bad-jsonl', 'input', `stdin line ${number}: not JSON`, { cause: error });
  }
  const { text } = (value ?? {}) as { text?: unknown };
  if (typeof text === 'string') return text;
  throw new OpsError('bad-jsonl', 'input', `stdin line ${number}: "text" must be a string`);
}

/** Cut behind line feeds, never inside a line. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      pending.push(chunk);
      continue;
    }
    yield Buffer.concat([...pending, chunk.subarray(0, end)]);
    pending = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (pending.length > 0) yield Buffer.concat(pending);
}
