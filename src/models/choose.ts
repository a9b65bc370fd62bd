import { OpsError } from '../lib/ops-error.ts';
import { ALIASES } from './cards.ts';
import type { DialectTraits } from './openai-request.ts';
import {
  findProvider,
  type KeySource,
  PROVIDER_NAMES,
  type Provider,
  type ProviderSettings,
} from './providers.ts';

export interface ChoiceOptions {
  /** `--model`. */
  flag: string | null;
  settingsModel: string | null;
  /** For bare names that are neither Claude's nor tagged; null when settings name none. */
  settingsProvider: string | null;
  /** `--fallback-model`, else settings; tried in this order. */
  fallbackModels: readonly string[];
  /** They come from the flag. */
  areFallbacksTyped?: boolean;
  providers: Readonly<Record<string, ProviderSettings>>;
  env: {
    ANTHROPIC_API_KEY?: string | undefined;
    ANTHROPIC_BASE_URL?: string | undefined;
    OLLAMA_HOST?: string | undefined;
  };
  /** Started by a timer, an alert or a failed unit: nobody chose what is in the environment. */
  isTriggered: boolean;
  egress: 'any' | 'local';
}

/** A model and where to ask it. */
export interface ModelTarget {
  vendor: 'anthropic' | 'ollama' | 'openai-compatible';
  provider: string;
  model: string;
  endpoint: string;
  place: 'local' | 'cloud';
  key: KeySource;
  traits: DialectTraits;
}

export interface ModelChoice {
  primary: ModelTarget | { vendor: 'none'; reason: string };
  fallbacks: ModelTarget[];
  /** Models that were named and may not be used, with the reason, for doctor and for the log. */
  refused: { name: string; reason: string }[];
}

/** What a key in the environment of a terminal is used for when nobody says which model. */
const DEFAULT_MODEL = 'sonnet';

/**
 * Which model a run uses. Pure. A name is `<provider>/<model>`, one of Claude's (`claude-…`, opus, sonnet, haiku), a
 * tagged name (`qwen3:8b`, Ollama's), or `none`. Throws OpsError `unknown-model` for a name it cannot place.
 */
export function chooseModel(options: ChoiceOptions): ModelChoice {
  const name = options.flag ?? options.settingsModel ?? nameFromEnvironment(options);
  if (name === null) return none(noModelReason(options), []);
  if (name === 'none') {
    return none(options.flag === 'none' ? 'asked for with --model none' : 'settings say `model: none`', []);
  }
  const refused: ModelChoice['refused'] = [];
  const allowed: ModelTarget[] = [];
  for (const candidate of new Set([name, ...options.fallbackModels])) {
    if (candidate === 'none') break;
    const target = resolveModel(candidate, options);
    if (options.egress === 'local' && target.place === 'cloud') {
      refused.push({ name: candidate, reason: 'the goal allows local models only (egress: local)' });
    } else allowed.push(target);
  }
  const [primary, ...fallbacks] = allowed;
  if (primary === undefined) return none(refused.map((r) => `${r.name}: ${r.reason}`).join('; '), refused);
  return { primary, fallbacks, refused };
}

function none(reason: string, refused: ModelChoice['refused']): ModelChoice {
  return { primary: { vendor: 'none', reason }, fallbacks: [], refused };
}

function nameFromEnvironment(options: ChoiceOptions): string | null {
  return !options.isTriggered && options.env.ANTHROPIC_API_KEY ? DEFAULT_MODEL : null;
}

function noModelReason(options: ChoiceOptions): string {
  if (!options.isTriggered) return 'settings name no model and ANTHROPIC_API_KEY is not set';
  return 'settings name no model, and a triggered run takes none from the environment';
}

function resolveModel(name: string, options: ChoiceOptions): ModelTarget {
  const { provider, model } = splitName(name, options);
  return {
    vendor: provider.kind,
    provider: provider.name,
    model,
    endpoint: provider.endpoint,
    // Ollama passes models of this tag on to its own cloud, through the local server.
    place: provider.kind === 'ollama' && /[-:]cloud$/.test(model) ? 'cloud' : provider.place,
    key: provider.key,
    traits: provider.traits,
  };
}

function splitName(name: string, options: ChoiceOptions): { provider: Provider; model: string } {
  const claude = (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined) ?? name;
  if (/^claude-[\w.@-]+$/.test(claude)) return { provider: need('anthropic', name, options), model: claude };
  const slash = name.indexOf('/');
  if (slash > 0 && slash < name.length - 1) {
    const rest = name.slice(slash + 1);
    const provider = need(name.slice(0, slash), name, options);
    const model = provider.kind === 'anthropic' && Object.hasOwn(ALIASES, rest) ? ALIASES[rest] : rest;
    return { provider, model: model ?? rest };
  }
  if (slash === -1 && options.settingsProvider !== null) {
    return { provider: need(options.settingsProvider, name, options), model: name };
  }
  if (slash === -1 && /^[\w.-]+:[\w.-]+$/.test(name)) {
    return { provider: need('ollama', name, options), model: name };
  }
  throw unknownModel(name, options);
}

function need(provider: string, name: string, options: ChoiceOptions): Provider {
  const found = findProvider(provider, options.providers, {
    anthropic: options.env.ANTHROPIC_BASE_URL || undefined,
    ollama: options.env.OLLAMA_HOST || undefined,
  });
  if (found === undefined) throw unknownModel(name, options);
  return found;
}

function unknownModel(name: string, options: ChoiceOptions): OpsError {
  const known = [...new Set([...PROVIDER_NAMES, ...Object.keys(options.providers)])].sort().join(', ');
  const isTyped =
    options.flag === name || (options.areFallbacksTyped === true && options.fallbackModels.includes(name));
  const reason = isTyped ? 'usage' : 'settings';
  return new OpsError('unknown-model', reason, `no provider is known for the model "${name}"`, {
    hint: `write <provider>/<model> with one of: ${known}; or a claude-… name, a tagged Ollama name (qwen3:8b), or none`,
  });
}
