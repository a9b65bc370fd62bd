import { sha256 } from '../lib/digest.ts';
import { fence } from '../lib/fence.ts';
import type { RunEvent } from '../protocol/event.ts';

/** An operator's own command that the model reads of with the next prompt. */
export interface ToldCommand {
  /** `O1` */
  id: string;
  command: string;
  exitCode: number | null;
  signal: string | null;
  outputBytes: number;
  /** Masked and capped. */
  output: string;
}

/** Commands that ended and were not told of yet. */
export interface ToldCommands {
  take(event: RunEvent): void;
  /** What waits, oldest first, which from then on counts as told. */
  give(): ToldCommand[];
  waiting(): ToldCommand[];
  startFrom(waiting: readonly ToldCommand[]): void;
}

export function createToldCommands(): ToldCommands {
  const begun = new Map<string, string>();
  let waiting: ToldCommand[] = [];
  return {
    take(event) {
      if (event.type === 'operator.began') begun.set(event.id, event.command);
      if (event.type !== 'operator.ended' || event.output === null) return;
      const { id, exitCode, signal, outputBytes, output } = event;
      waiting.push({ id, command: begun.get(id) ?? '?', exitCode, signal, outputBytes, output });
    },
    give() {
      const given = waiting;
      waiting = [];
      return given;
    },
    waiting: () => [...waiting],
    startFrom(from) {
      waiting = [...from];
    },
  };
}

/** For the model. The command is the operator's; what it printed is data. */
export function describeTold(told: ToldCommand, marker: string | null): string {
  const { id, command, exitCode, signal, outputBytes, output } = told;
  const end = signal === null ? `exit ${exitCode ?? 'unknown'}` : `ended by ${signal}`;
  const size = `${outputBytes} bytes of output`;
  const head = `The operator ran a command of their own in this folder (${id}, ${end}, ${size}).`;
  return `${head}\n${fence(output, { marker: usableMarker(marker, output), label: `${id}: ${command}` })}`;
}

/** A damaged log may have lost the run's own. */
export function usableMarker(marker: string | null, text: string): string {
  return marker !== null && /^[0-9a-f]{12,}$/.test(marker) ? marker : sha256(text).slice(0, 16);
}
