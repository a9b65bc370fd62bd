import { fence } from '../lib/fence.ts';
import type { EventOf } from './replayed.ts';
import { describeTold, type ToldCommand, usableMarker } from './told-commands.ts';

/** What a sitting says to the model before anything is looked at: the prompt last, byte for byte. Nothing without a prompt. */
export function describeSitting(
  { prompt, preface, input }: Pick<EventOf<'run.resumed'>, 'prompt' | 'preface' | 'input'>,
  told: readonly ToldCommand[],
  marker: string | null,
): string[] {
  if (prompt === null) return [];
  return [
    ...told.map((one) => describeTold(one, marker)),
    ...(preface ?? []),
    ...(input === undefined ? [] : [describeInput(input, marker)]),
    prompt,
  ];
}

function describeInput(input: string, marker: string | null): string {
  return `Given with the prompt on stdin:\n${fence(input, { marker: usableMarker(marker, input), label: 'stdin' })}`;
}
