import { tighterLimits } from '../../goals/index.ts';
import type { Goal, Limits } from '../../protocol/goal.ts';
import type { Replayed } from '../../runs/index.ts';
import type { World } from '../world.ts';
import type { RunRequest } from './run-request.ts';

const KEYS = ['turns', 'calls', 'tokens', 'usd', 'duration'] as const;

/**
 * A goal's limits and the settings', whichever is tighter; what the command line says goes over both, because whoever
 * typed it is there.
 */
export function limitsOf(world: World, goal: Goal | null): Limits {
  const { settings, loaded } = world;
  const fromSettings: Limits = {};
  const fromFlags: Limits = {};
  for (const key of KEYS) {
    const value = settings.limits[key];
    if (value === null) continue;
    const isFlag = loaded.origins[`limits.${key}`]?.some(({ level }) => level === 'command line') ?? false;
    (isFlag ? fromFlags : fromSettings)[key === 'duration' ? 'durationMs' : key] = value;
  }
  return { ...tighterLimits(goal?.limits ?? {}, fromSettings), ...fromFlags };
}

/** A new prompt gets the time limit anew; a run that was cut off goes on with what it had left. null: no limit. */
export function durationLeftMs(scope: {
  limits: Limits;
  resumed: Pick<Replayed, 'spentMs'> | null;
  request: Pick<RunRequest, 'prompt'>;
}): number | null {
  const { limits, resumed, request } = scope;
  if (limits.durationMs === undefined) return null;
  const spentMs = request.prompt === null ? (resumed?.spentMs ?? 0) : 0;
  return Math.max(0, limits.durationMs - spentMs);
}
