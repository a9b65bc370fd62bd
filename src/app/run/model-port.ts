import { createPost } from '../../host/index.ts';
import { cardOf, createModel, type ModelTarget } from '../../models/index.ts';
import type { ModelPort } from '../../protocol/model.ts';
import type { World } from '../world.ts';
import { cardOverrides, keyOf } from './choose-target.ts';

/** The port to a model that was chosen, with its key and masked; its server gets `firstByteMs` for its first byte. */
export async function portOf(
  world: World,
  target: ModelTarget,
  limits: { firstByteMs?: number } = {},
): Promise<ModelPort> {
  return createModel(target, {
    clock: world.clock,
    post: createPost(),
    mask: world.masker.mask,
    apiKey: await keyOf(world, target),
    contextTokens: cardOf(target, cardOverrides(world, target)).contextTokens,
    ...limits,
  });
}
