import type { ParsedArguments } from './parse-arguments.ts';
import type { Streams } from './streams.ts';

/** The screen is a part of its own, loaded only where it is shown. */
export type LoadScreen = () => Promise<typeof import('../tui/index.ts')>;

/** What a command gets; it answers with the exit status. */
export interface CommandCall {
  /** The command as it was called: one module may serve several. */
  name: string;
  args: ParsedArguments;
  streams: Streams;
  env: NodeJS.ProcessEnv;
  cwd: string;
  loadScreen: LoadScreen;
}
