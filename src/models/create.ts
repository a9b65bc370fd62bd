import type { Clock } from '../protocol/machine.ts';
import type { ModelPort } from '../protocol/model.ts';
import type { Post } from '../protocol/post.ts';
import type { ModelTarget } from './choose.ts';
import type { VendorOptions } from './exchange.ts';
import { createNone } from './none.ts';

export interface CreateOptions {
  clock: Clock;
  /** Takes secrets out of what servers and libraries say. */
  mask: (text: string) => string;
  /** Value of the target's key; null when there is none. */
  apiKey: string | null;
  /** From the model's card; Ollama is told. */
  contextTokens: number;
  post: Post;
  /** Longest silence before the first byte (a local model may have to be loaded), and between two. */
  firstByteMs?: number;
  idleMs?: number;
}

/** The port of a model. Only the vendor's own file is loaded, and its SDK with the first request. */
export async function createModel(
  target: ModelTarget | { vendor: 'none'; reason: string },
  options: CreateOptions,
): Promise<ModelPort> {
  if (target.vendor === 'none') return createNone(target.reason);
  if (options.apiKey === null && target.key.kind !== 'none') {
    return createNone(`${target.model} needs a key and ${keyWords(target)} gives none`);
  }
  if (!URL.canParse(target.endpoint)) {
    return createNone(`the address of ${target.provider} is not an address: ${target.endpoint}`);
  }
  const vendor: VendorOptions = {
    clock: options.clock,
    mask: maskKey(options.mask, options.apiKey),
    post: options.post,
    endpoint: target.endpoint,
    apiKey: options.apiKey,
    firstByteMs: options.firstByteMs ?? 240_000,
    idleMs: options.idleMs ?? 120_000,
    hints: hintsFor(target),
  };
  switch (target.vendor) {
    case 'anthropic':
      return (await import('./anthropic.ts')).createAnthropic(vendor);
    case 'ollama': {
      const { createOllama } = await import('./ollama.ts');
      return createOllama({ ...vendor, place: target.place, contextTokens: options.contextTokens });
    }
    case 'openai-compatible': {
      const { createOpenaiCompatible } = await import('./openai-compatible.ts');
      return createOpenaiCompatible({ ...vendor, place: target.place, traits: target.traits });
    }
  }
}

function keyWords(target: ModelTarget): string {
  if (target.key.kind === 'env') return target.key.name;
  return target.key.kind === 'file' ? target.key.path : 'nothing';
}

function hintsFor(target: ModelTarget): VendorOptions['hints'] {
  const isOllama = target.vendor === 'ollama';
  const key =
    target.key.kind === 'none'
      ? 'set api_key_env or api_key_credential for this provider'
      : `check ${keyWords(target)}`;
  return {
    login: key,
    money: 'the account needs credit; nothing was retried',
    'not-found': isOllama
      ? `try: ollama pull ${target.model}`
      : 'check the name of the model and the address',
    unreachable: isOllama ? 'is Ollama running, and OLLAMA_HOST right?' : 'check the address and the network',
  };
}

/** The key must never come back in an error, even if nobody told the mask about it. */
function maskKey(mask: (text: string) => string, apiKey: string | null): (text: string) => string {
  if (apiKey === null || apiKey.length < 6) return mask;
  return (text) => mask(text.replaceAll(apiKey, '[key]'));
}
