import { OpsError } from '../lib/ops-error.ts';
import type { DialectTraits } from './openai-request.ts';

/** A model server as settings declare it: `providers: { gpu: { preset: vllm, base_url: http://gpu:8000/v1 } }`. */
export interface ProviderSettings {
  /** What the server speaks; from the preset, else `openai-compatible`. */
  kind?: 'anthropic' | 'ollama' | 'openai-compatible';
  preset?: string;
  baseUrl?: string;
  apiKeyEnv?: string;
  apiKeyFile?: string;
  /** Overrules what the address says: a proxy on this machine may well go to a cloud. */
  place?: 'local' | 'cloud';
}

export interface Provider {
  name: string;
  kind: 'anthropic' | 'ollama' | 'openai-compatible';
  endpoint: string;
  place: 'local' | 'cloud';
  key: KeySource;
  traits: DialectTraits;
}

/** Where the key comes from. The value itself is fetched by who wires the program. */
export type KeySource =
  | { kind: 'env'; name: string }
  | { kind: 'file'; path: string }
  /** The server wants none. */
  | { kind: 'none' };

interface Preset {
  kind: Provider['kind'];
  endpoint: string;
  keyEnv: string | null;
  traits: DialectTraits;
}

const COMMON: DialectTraits = { outputFormat: 'json_schema-without-tools', outputLimit: 'max_tokens' };

/** Addresses and variables as the vendors document them. */
const PRESETS: Readonly<Record<string, Preset>> = {
  anthropic: preset('https://api.anthropic.com', 'ANTHROPIC_API_KEY', { kind: 'anthropic' }),
  ollama: preset('http://127.0.0.1:11434', null, { kind: 'ollama' }),
  openai: preset('https://api.openai.com/v1', 'OPENAI_API_KEY', {
    outputFormat: 'json_schema',
    outputLimit: 'max_completion_tokens',
  }),
  deepseek: preset('https://api.deepseek.com', 'DEEPSEEK_API_KEY', { outputFormat: 'json_object' }),
  gemini: preset('https://generativelanguage.googleapis.com/v1beta/openai', 'GEMINI_API_KEY', {}),
  vllm: preset('http://127.0.0.1:8000/v1', null, {}),
  lmstudio: preset('http://127.0.0.1:1234/v1', null, {}),
  llamacpp: preset('http://127.0.0.1:8080/v1', null, {}),
};

export const PROVIDER_NAMES: readonly string[] = Object.keys(PRESETS);

const ADDRESS_VARIABLES = { anthropic: 'ANTHROPIC_BASE_URL', ollama: 'OLLAMA_HOST' } as const;

/**
 * undefined when neither settings nor the presets know the name, or settings give no address. OpsError `bad-variable`
 * when the environment gives one that is none.
 */
export function findProvider(
  name: string,
  settings: Readonly<Record<string, ProviderSettings>>,
  addresses: { anthropic?: string | undefined; ollama?: string | undefined },
): Provider | undefined {
  const own = Object.hasOwn(settings, name) ? settings[name] : undefined;
  const presetName = own?.preset ?? name;
  const base = Object.hasOwn(PRESETS, presetName) ? PRESETS[presetName] : undefined;
  if (own === undefined && base === undefined) return undefined;
  const kind = own?.kind ?? base?.kind ?? 'openai-compatible';
  const variable = kind === 'openai-compatible' ? undefined : ADDRESS_VARIABLES[kind];
  const fromEnv = kind === 'openai-compatible' ? undefined : addresses[kind];
  const address = own?.baseUrl ?? fromEnv ?? base?.endpoint;
  if (address === undefined) return undefined;
  const endpoint = plainAddress(address, kind);
  if (address === fromEnv && variable !== undefined) demandAddress(endpoint, variable);
  return {
    name,
    kind,
    endpoint,
    place: own?.place ?? placeOf(kind, endpoint),
    key: keyOf(own, base, kind),
    traits: base?.kind === 'openai-compatible' ? base.traits : COMMON,
  };
}

function preset(
  endpoint: string,
  keyEnv: string | null,
  more: Partial<DialectTraits> & { kind?: Provider['kind'] },
): Preset {
  const { kind = 'openai-compatible', ...traits } = more;
  return { kind, endpoint, keyEnv, traits: { ...COMMON, ...traits } };
}

function keyOf(
  own: ProviderSettings | undefined,
  base: Preset | undefined,
  kind: Provider['kind'],
): KeySource {
  if (own?.apiKeyFile !== undefined) return { kind: 'file', path: own.apiKeyFile };
  if (own?.apiKeyEnv !== undefined) return { kind: 'env', name: own.apiKeyEnv };
  // A key that belongs to a vendor's own address goes to no other that settings put in its place.
  const isOwnAddress = own?.baseUrl === undefined || kind === 'anthropic';
  if (base?.keyEnv && isOwnAddress) return { kind: 'env', name: base.keyEnv };
  return kind === 'anthropic' ? { kind: 'env', name: 'ANTHROPIC_API_KEY' } : { kind: 'none' };
}

/** Settings were held to the same when they were read. */
function demandAddress(endpoint: string, variable: string): void {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return;
  throw new OpsError('bad-variable', 'settings', `${variable}: must be an http or https URL`, {
    hint: `write it with its scheme, like ${variable}=http://127.0.0.1:8080`,
  });
}

/** Ollama's variable may be a bare `host:port`, or the address that its server binds to. */
function plainAddress(address: string, kind: Provider['kind']): string {
  let text = address.trim().replace(/\/+$/, '');
  if (kind === 'ollama') {
    if (text.startsWith(':')) text = `127.0.0.1${text}`;
    const isBare = !text.includes('://');
    if (isBare) text = `http://${text}`;
    text = text.replace('//0.0.0.0', '//127.0.0.1');
    if (isBare && !/:\d+$/.test(text)) text = `${text}:11434`;
  }
  return text;
}

/**
 * Local is this machine and the private network: what is sent there leaves nobody's hands. Anthropic is always a
 * cloud, whatever proxy stands before it.
 */
function placeOf(kind: Provider['kind'], endpoint: string): 'local' | 'cloud' {
  if (kind === 'anthropic') return 'cloud';
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return isPrivateHost(host) ? 'local' : 'cloud';
}

/** RFC 1918, 4193, 6761, 6762 and 8375, link-local, and single names, which only a private resolver knows. */
function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (name === '') return false;
  if (/^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]*$/.test(name)) return true;
  if (name.includes(':')) return name === '::1' || /^(f[cd]|fe[89ab])/.test(name);
  if (!name.includes('.')) return true;
  return /\.(lan|local|localhost|internal|home\.arpa)$/.test(name);
}
