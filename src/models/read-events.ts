import { parseShallowJson } from '../lib/shallow-json.ts';
import type { Body } from './exchange.ts';

/** Server-sent events from the first to the last, which counts also without its blank line; each that holds data. */
export async function readEvents(body: Body, take: (data: string) => void): Promise<void> {
  const { createParser } = await import('eventsource-parser');
  const parser = createParser({ onEvent: ({ data }) => take(data) });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
  parser.feed(`${decoder.decode()}\n\n`);
}

/** Throws for what is no JSON; what it holds is the vendor's file to look at. */
export function parseEvent(data: string): unknown {
  try {
    return parseShallowJson(data);
  } catch (cause) {
    throw new Error(`an event that is not JSON: ${data.slice(0, 60)}`, { cause });
  }
}
