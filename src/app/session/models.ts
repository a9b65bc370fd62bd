import { cardOf, type ModelTarget } from '../../models/index.ts';
import type { ModelOption } from '../client.ts';
import { cardOverrides, chooseTarget, keyOf } from '../run/choose-target.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

/** Short names that everybody knows; what settings and the command line name comes first. */
const KNOWN = ['opus', 'sonnet', 'haiku'];

/** Models that a turn could be sent to, each with what would be missing. Nothing is asked over the network. */
export async function listModels({ world: open, options, state }: Session): Promise<ModelOption[]> {
  const world = await open();
  const { settings } = world;
  const current = targetOf(world, state.model, options.fallbackModels);
  const named = [
    state.model,
    settings.model,
    ...options.fallbackModels,
    ...settings.fallback_models,
    ...KNOWN,
  ];
  const found: ModelOption[] = [];
  for (const name of [null, ...named]) {
    const target = targetOf(world, name ?? state.model, []);
    if (target === null || found.some((one) => one.name === spell(target))) continue;
    found.push({
      name: spell(target),
      place: target.place,
      note: await describe(world, target),
      isCurrent: current !== null && spell(current) === spell(target),
    });
  }
  return found;
}

function spell({ provider, model }: ModelTarget): string {
  return `${provider}/${model}`;
}

/** null: there is no such model here. */
function targetOf(world: World, model: string | null, fallbackModels: string[]): ModelTarget | null {
  const trigger = { kind: 'manual' as const, payload: null, parent: null };
  try {
    const { primary } = chooseTarget(world, { model, fallbackModels, trigger }, null);
    return primary.vendor === 'none' ? null : primary;
  } catch {
    // A name that settings do not know is not offered.
    return null;
  }
}

async function describe(world: World, target: ModelTarget): Promise<string> {
  const isKeyless = target.key.kind === 'none';
  const { contextTokens, price } = cardOf(target, cardOverrides(world, target));
  const room = `${Math.round(contextTokens / 1000)}k tokens`;
  if (!isKeyless && (await keyOf(world, target)) === null) return `${room}, needs a key`;
  if (target.place === 'local') return `${room}, stays in your network`;
  return price === null ? room : `${room}, $${price.input} in and $${price.output} out per million`;
}
