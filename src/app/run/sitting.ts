import { readTimeZone } from '../../host/index.ts';
import { capText } from '../../lib/cap.ts';
import { formatDuration } from '../../lib/duration.ts';
import { formatZonedTime } from '../../lib/zoned-time.ts';
import { ATTACHMENT_LIMIT_BYTES } from '../../prompt/index.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { Replayed } from '../../runs/index.ts';
import type { World } from '../world.ts';
import { isBegun } from './go-on.ts';
import type { RunRequest } from './run-request.ts';

/** A pause after which a conversation has to be told that time has passed. */
const PAUSE_MS = 10 * 60_000;

/** What a sitting adds to its prompt, for a model that knows the conversation so far and nothing else. */
export type Sitting = Pick<Extract<RunEvent, { type: 'run.resumed' }>, 'preface' | 'input'>;

/** Empty without a prompt, and before the first request, which is put together from all of it. */
export function openSitting(
  { prompt, attachment, appendSystemPrompt, outputSchema }: RunRequest,
  resumed: Replayed,
  { clock, env, masker }: Pick<World, 'clock' | 'env' | 'masker'>,
): Sitting {
  if (prompt === null || !isBegun(resumed)) return {};
  const known = [...resumed.system, ...resumed.messages.flatMap(({ content }) => content.map(textOf))];
  // Of several demands the last one counts: going back to an earlier one has to be said.
  const lastDemand = known.findLast((text) => text.includes(DEMAND)) ?? '';
  const newIn = (texts: readonly string[], words: string): string[] =>
    words === '' || texts.some((text) => text.includes(masker.mask(words))) ? [] : [words];
  const preface = [
    ...pauseSince(resumed.lastAt, clock.now(), readTimeZone(env)),
    ...newIn(known, appendSystemPrompt?.trim() ?? ''),
    ...(outputSchema === null ? [] : newIn([lastDemand], demandOf(outputSchema))),
  ];
  return {
    ...(preface.length === 0 ? {} : { preface }),
    // Masked before a fence stands around it: half a key would take the fence's line for its own, and say it otherwise then.
    ...(attachment === null ? {} : { input: masker.mask(capText(attachment, ATTACHMENT_LIMIT_BYTES).text) }),
  };
}

const DEMAND = 'Your last message must be one JSON value that follows this JSON Schema, and nothing else:';

/** What a model is told of --json-schema. */
export function demandOf(schema: Record<string, unknown>): string {
  return `${DEMAND}\n${JSON.stringify(schema)}`;
}

function pauseSince(lastAt: number | null, now: number, zone: ReturnType<typeof readTimeZone>): string[] {
  const pause = lastAt === null ? 0 : now - lastAt;
  if (pause < PAUSE_MS) return [];
  return [
    `It is ${formatZonedTime(now, zone)} now, ${formatDuration(pause)} after the last word above: what was seen then may have changed since.`,
  ];
}

function textOf(block: Replayed['messages'][number]['content'][number]): string {
  return block.type === 'text' ? block.text : '';
}
