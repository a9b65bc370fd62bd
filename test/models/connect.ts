import { createPost } from '../../src/host/index.ts';
import { chooseModel, createModel } from '../../src/models/index.ts';
import type { ModelPort, ModelRequest, ToolSpec } from '../../src/protocol/model.ts';
import type { Post } from '../../src/protocol/post.ts';
import { type Dialect, type ModelServer, type Script, startModelServer } from '../wire/index.ts';
import { realClock } from './real-clock.ts';

export const API_KEY = 'sk-test-0123456789abcdef';

export const MODEL_NAMES: Record<Dialect, string> = {
  anthropic: 'claude-sonnet-5-5',
  ollama: 'ollama/qwen3:8b',
  openai: 'wire/scripted',
};

/** A server with a script, and the port that the program itself would make for it. */
export async function connect(
  dialect: Dialect,
  script: Script,
  options: { idleMs?: number; post?: Post; contextTokens?: number } = {},
): Promise<{ server: ModelServer; port: ModelPort; model: string }> {
  const server = await startModelServer({ dialect, script });
  return { server, ...(await portFor(dialect, server.baseUrl, options)) };
}

export async function portFor(
  dialect: Dialect,
  baseUrl: string,
  options: { idleMs?: number; post?: Post; contextTokens?: number } = {},
): Promise<{ port: ModelPort; model: string }> {
  const choice = chooseModel({
    flag: MODEL_NAMES[dialect],
    settingsModel: null,
    settingsProvider: null,
    fallbackModels: [],
    providers: { wire: { baseUrl, apiKeyEnv: 'WIRE_KEY' } },
    env: { ANTHROPIC_BASE_URL: baseUrl, OLLAMA_HOST: baseUrl },
    isTriggered: false,
    egress: 'any',
  });
  if (choice.primary.vendor === 'none') throw new Error(choice.primary.reason);
  const port = await createModel(choice.primary, {
    clock: realClock,
    mask: (text) => text,
    apiKey: dialect === 'ollama' ? null : API_KEY,
    contextTokens: options.contextTokens ?? 16_384,
    firstByteMs: options.idleMs ?? 20_000,
    idleMs: options.idleMs ?? 20_000,
    post: options.post ?? createPost(),
  });
  return { port, model: choice.primary.model };
}

export const BASH: ToolSpec = {
  name: 'Bash',
  description: 'Runs one command.',
  inputSchema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
};

export const READ: ToolSpec = {
  name: 'Read',
  description: 'Reads a file.',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

export function ask(model: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model,
    system: [{ text: 'You look after machines.', isCacheEnd: true }, { text: 'It is March.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'How full is the disk?' }] }],
    tools: [BASH, READ],
    maxOutputTokens: 1_000,
    ...more,
  };
}
