import { readApiKey } from '../../config/index.ts';
import { dropAbsent } from '../../lib/drop-absent.ts';
import {
  type CardOverrides,
  cardOf,
  chooseModel,
  type ModelChoice,
  type ModelTarget,
  type ProviderSettings,
} from '../../models/index.ts';
import type { Goal } from '../../protocol/goal.ts';
import type { World } from '../world.ts';
import type { RunRequest } from './run-request.ts';

/** Which model this run may use, from flags, settings and, for a run that a person started, the environment. */
export function chooseTarget(
  world: World,
  request: Pick<RunRequest, 'model' | 'fallbackModels' | 'trigger'>,
  goal: Goal | null,
): ModelChoice {
  const { settings, env } = world;
  return chooseModel({
    flag: request.model,
    settingsModel: settings.model,
    settingsProvider: null,
    fallbackModels: request.fallbackModels.length > 0 ? request.fallbackModels : settings.fallback_models,
    areFallbacksTyped: request.fallbackModels.length > 0,
    providers: providersOf(world),
    env: {
      ANTHROPIC_API_KEY: env.ANTHROPIC_API_KEY,
      ANTHROPIC_BASE_URL: env.ANTHROPIC_BASE_URL,
      OLLAMA_HOST: env.OLLAMA_HOST,
    },
    isTriggered: !['manual', 'resume'].includes(request.trigger.kind),
    egress: goal?.egress ?? 'any',
  });
}

/** Settings are spelled as in the file; the models folder has its own names for the same. */
export function providersOf({ settings, env }: World): Record<string, ProviderSettings> {
  return Object.fromEntries(
    Object.entries(settings.providers).map(([name, given]) => {
      const credential = given.api_key_credential;
      const folder = env.CREDENTIALS_DIRECTORY;
      return [
        name,
        dropAbsent({
          kind: given.kind,
          baseUrl: given.base_url,
          apiKeyEnv: given.api_key_env,
          apiKeyFile: credential == null || folder === undefined ? null : `${folder}/${credential}`,
          place: given.place,
        }),
      ];
    }),
  );
}

/** The key itself; null when there is none. OpsError `login` for something that cannot be one. */
export async function keyOf(world: World, { key, provider }: ModelTarget): Promise<string | null> {
  const ports = { env: world.env, files: world.operatorFiles };
  switch (key.kind) {
    case 'none':
      return null;
    case 'env':
      return (await readApiKey({ variable: key.name, credential: provider }, ports)) ?? null;
    case 'file':
      return (await world.operatorFiles.readText(key.path))?.trim() || null;
  }
}

/** Where `keyOf` finds it: the name of a variable, or the path of a file; null when there is none. Never throws. */
export async function keySourceOf(world: World, target: ModelTarget): Promise<string | null> {
  const { key, provider } = target;
  if (key.kind === 'env' && world.env[key.name]?.trim()) return key.name;
  const folder = world.env.CREDENTIALS_DIRECTORY;
  if (key.kind === 'none' || (key.kind === 'env' && !folder?.startsWith('/'))) return null;
  const path = key.kind === 'file' ? key.path : `${folder}/${provider}`;
  // What is wrong with a file is told when the key is wanted.
  const text = await world.operatorFiles.readText(path).catch(() => undefined);
  return text?.trim() ? path : null;
}

/** What settings say of a provider's models, over the built-in table. */
export function cardOverrides({ settings }: World, target: ModelTarget): CardOverrides {
  const given = settings.providers[target.provider];
  if (given === undefined) return {};
  const { price } = given;
  return {
    [target.model]: dropAbsent({
      contextTokens: given.context_tokens,
      maxOutputTokens: given.max_output_tokens,
      price:
        price == null
          ? null
          : {
              input: price.input,
              output: price.output,
              cacheRead: price.cache_read ?? price.input,
              cacheWrite: price.cache_write ?? price.input,
            },
    }),
  };
}

/** What a model can hold, for whoever shows how full it is; null when it is none of this run's. */
export function modelWindow(
  world: World,
  request: Pick<RunRequest, 'model' | 'fallbackModels' | 'trigger'>,
  model: string,
): { contextTokens: number; maxOutputTokens: number } | null {
  const { primary, fallbacks } = chooseTarget(world, request, null);
  const targets = primary.vendor === 'none' ? fallbacks : [primary, ...fallbacks];
  const target = targets.find((candidate) => candidate.model === model);
  return target === undefined ? null : cardOf(target, cardOverrides(world, target));
}
