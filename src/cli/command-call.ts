import type { ParsedArguments } from './parse-arguments.ts';
import type { Streams } from './streams.ts';

/** What a command gets; it answers with the exit status. */
export interface CommandCall {
  /** The command as it was called: one module may serve several. */
  name: string;
  args: ParsedArguments;
  streams: Streams;
  env: NodeJS.ProcessEnv;
  cwd: string;
}
