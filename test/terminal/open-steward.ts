import { onTestFinished } from 'vitest';
import { PROGRAM } from '../system/steward.ts';
import { type ModelServer, type Script, startModelServer } from '../wire/index.ts';
import { type OpenOptions, openRig, type TestRig } from './open-rig.ts';

/** Claude's model names select its dialect; with ANTHROPIC_BASE_URL nothing leaves the machine. */
const MODEL = 'claude-sonnet-5-5';

export interface StewardOptions extends OpenOptions {
  args?: readonly string[];
  script?: Script;
  /** One that runs already, when a second steward goes on with what the first has begun. */
  server?: ModelServer;
}

export interface StewardRig extends TestRig {
  server: ModelServer;
}

/** The built program as an operator starts it, in a terminal, with a scripted model behind it. */
export async function openSteward({
  args = [],
  script = [],
  server: running,
  env = {},
  ...options
}: StewardOptions = {}): Promise<StewardRig> {
  const server = running ?? (await startModelServer({ dialect: 'anthropic', script }));
  if (running === undefined) onTestFinished(() => server.close());
  const rig = openRig([PROGRAM, ...args], {
    ...options,
    env: { ...stewardEnv(server.url), ...env },
  });
  return { ...rig, server };
}

/** What makes steward ask the scripted model at this address. */
export function stewardEnv(url: string): Record<string, string> {
  return {
    STEWARD_MODEL: MODEL,
    ANTHROPIC_API_KEY: 'sk-ant-api03-terminal-test',
    ANTHROPIC_BASE_URL: url,
  };
}
