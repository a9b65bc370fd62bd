import { openWorld, type World } from '../app/world.ts';
import { parseDuration } from '../lib/duration.ts';
import { OpsError } from '../lib/ops-error.ts';
import type { CommandCall } from './command-call.ts';

/** Flags that set one setting: its key. */
const SETTING_FLAGS: Record<string, string> = {
  'max-turns': 'limits.turns',
  'max-budget-usd': 'limits.usd',
  'max-duration': 'limits.duration',
};

/** The world a command works in, with what its flags say of settings. */
export async function worldOf(
  { args, env, cwd, streams }: CommandCall,
  options: { isLenient?: boolean } = {},
): Promise<World> {
  const flagValues = Object.fromEntries(
    Object.entries(SETTING_FLAGS).flatMap(([flag, key]) => {
      const value = args.value(flag);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const world = await openWorld({
    env,
    cwd,
    settings: args.value('settings') ?? null,
    flagValues,
    flagNames: Object.fromEntries(Object.entries(SETTING_FLAGS).map(([flag, key]) => [key, `--${flag}`])),
    isPersistent: !args.has('no-session-persistence'),
    ...options,
  });
  streams.maskWith(world.masker.mask);
  return world;
}

/** `--for 2h` in milliseconds; null when it was not given. OpsError `usage` for anything else. */
export function durationFlag({ args }: CommandCall, name: string): number | null {
  const text = args.value(name);
  if (text === undefined) return null;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new OpsError('usage', 'usage', `--${name}: "${text}" is not a time`, {
    hint: 'write 90s, 30m, 2h or 7d',
  });
}
