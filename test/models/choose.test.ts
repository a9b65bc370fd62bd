import { describe, expect, it } from 'vitest';
import { type ChoiceOptions, chooseModel, type ModelTarget } from '../../src/models/index.ts';

const NOTHING: ChoiceOptions = {
  flag: null,
  settingsModel: null,
  settingsProvider: null,
  fallbackModels: [],
  providers: {},
  env: {},
  isTriggered: false,
  egress: 'any',
};

function choose(more: Partial<ChoiceOptions>) {
  return chooseModel({ ...NOTHING, ...more });
}

function primaryOf(name: string, more: Partial<ChoiceOptions> = {}): ModelTarget {
  const { primary } = choose({ settingsModel: name, ...more });
  if (primary.vendor === 'none') throw new Error(primary.reason);
  return primary;
}

describe('the name of a model', () => {
  it.each([
    ['opus', 'anthropic', 'claude-opus-5-5', 'https://api.anthropic.com', 'cloud'],
    ['sonnet', 'anthropic', 'claude-sonnet-5-5', 'https://api.anthropic.com', 'cloud'],
    ['haiku', 'anthropic', 'claude-haiku-5-5', 'https://api.anthropic.com', 'cloud'],
    ['claude-some-day-9', 'anthropic', 'claude-some-day-9', 'https://api.anthropic.com', 'cloud'],
    ['anthropic/opus', 'anthropic', 'claude-opus-5-5', 'https://api.anthropic.com', 'cloud'],
    ['qwen3:8b', 'ollama', 'qwen3:8b', 'http://127.0.0.1:11434', 'local'],
    ['ollama/llama3.3', 'ollama', 'llama3.3', 'http://127.0.0.1:11434', 'local'],
    [
      'ollama/hf.co/maker/model:Q4_K_M',
      'ollama',
      'hf.co/maker/model:Q4_K_M',
      'http://127.0.0.1:11434',
      'local',
    ],
    ['gpt-oss:120b-cloud', 'ollama', 'gpt-oss:120b-cloud', 'http://127.0.0.1:11434', 'cloud'],
    ['deepseek/deepseek-flash', 'openai-compatible', 'deepseek-flash', 'https://api.deepseek.com', 'cloud'],
    [
      'gemini/gemini-2.5-flash',
      'openai-compatible',
      'gemini-2.5-flash',
      'https://generativelanguage.googleapis.com/v1beta/openai',
      'cloud',
    ],
    ['vllm/Qwen/Qwen3-8B', 'openai-compatible', 'Qwen/Qwen3-8B', 'http://127.0.0.1:8000/v1', 'local'],
    ['lmstudio/any', 'openai-compatible', 'any', 'http://127.0.0.1:1234/v1', 'local'],
    ['llamacpp/any', 'openai-compatible', 'any', 'http://127.0.0.1:8080/v1', 'local'],
  ])('%s is for %s', (name, vendor, model, endpoint, place) => {
    expect(primaryOf(name)).toMatchObject({ vendor, model, endpoint, place });
  });

  it.each(['gpt-5', 'nowhere/model', 'hf.co/x/y:Q4', '/x', 'ollama/', '__proto__/x', 'constructor'])(
    'is refused with what would do instead: %s',
    (name) => {
      expect(() => choose({ flag: name })).toThrowError(
        expect.objectContaining({
          code: 'unknown-model',
          reason: 'usage',
          hint: expect.stringContaining('ollama'),
        }),
      );
      expect(() => choose({ settingsModel: name })).toThrowError(
        expect.objectContaining({ reason: 'settings' }),
      );
    },
  );

  it('may be bare when settings name the provider', () => {
    expect(primaryOf('llama3', { settingsProvider: 'ollama' })).toMatchObject({
      vendor: 'ollama',
      model: 'llama3',
    });
    expect(primaryOf('opus', { settingsProvider: 'ollama' })).toMatchObject({ vendor: 'anthropic' });
  });

  it('follows a provider that settings declare', () => {
    const providers = {
      gpu: { preset: 'vllm', baseUrl: 'http://gpu.lan:8000/v1/' },
      router: { baseUrl: 'https://router.example/api/v1', apiKeyFile: '/run/credentials/router' },
      proxy: { baseUrl: 'http://127.0.0.1:4000/v1', apiKeyEnv: 'PROXY_KEY', place: 'cloud' as const },
    };
    expect(primaryOf('gpu/qwen', { providers })).toMatchObject({
      endpoint: 'http://gpu.lan:8000/v1',
      place: 'local',
      key: { kind: 'none' },
    });
    expect(primaryOf('router/maker/model', { providers })).toMatchObject({
      model: 'maker/model',
      place: 'cloud',
      key: { kind: 'file', path: '/run/credentials/router' },
    });
    expect(primaryOf('proxy/m', { providers })).toMatchObject({
      place: 'cloud',
      key: { kind: 'env', name: 'PROXY_KEY' },
    });
  });

  it("does not send a vendor's key to another address", () => {
    const providers = { deepseek: { baseUrl: 'https://mirror.example/v1' } };
    expect(primaryOf('deepseek/deepseek-flash', { providers }).key).toEqual({ kind: 'none' });
    expect(primaryOf('deepseek/deepseek-flash').key).toEqual({ kind: 'env', name: 'DEEPSEEK_API_KEY' });
  });

  it.each([
    ['nuc2:11500', 'http://nuc2:11500', 'local'],
    ['0.0.0.0', 'http://127.0.0.1:11434', 'local'],
    ['http://192.168.1.5:11434/', 'http://192.168.1.5:11434', 'local'],
    ['https://ollama.example.com', 'https://ollama.example.com', 'cloud'],
    ['8.8.8.8:11434', 'http://8.8.8.8:11434', 'cloud'],
    ['http://[fd12::1]:11434', 'http://[fd12::1]:11434', 'local'],
    ['http://10.example.com', 'http://10.example.com', 'cloud'],
  ])('OLLAMA_HOST=%s is %s, which is %s', (host, endpoint, place) => {
    expect(primaryOf('qwen3:8b', { env: { OLLAMA_HOST: host } })).toMatchObject({ endpoint, place });
  });

  it.each([
    ['ANTHROPIC_BASE_URL', 'nuc2:80', 'opus'],
    ['ANTHROPIC_BASE_URL', 'nuc2', 'opus'],
    ['ANTHROPIC_BASE_URL', 'unix:///run/model', 'opus'],
    ['OLLAMA_HOST', 'nuc2:99999', 'qwen3:8b'],
  ])(
    'is refused by the name of its variable where the environment gives none: %s=%s',
    (variable, value, name) => {
      expect(() => choose({ flag: name, env: { [variable]: value } })).toThrowError(
        expect.objectContaining({
          code: 'bad-variable',
          reason: 'settings',
          message: `${variable}: must be an http or https URL`,
          hint: expect.stringContaining(`${variable}=http://`),
        }),
      );
      expect(choose({ flag: 'vllm/any', env: { [variable]: value } }).primary.vendor).toBe(
        'openai-compatible',
      );
    },
  );

  it('takes ANTHROPIC_BASE_URL, and stays a cloud behind a proxy on this machine', () => {
    const env = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9999' };
    expect(primaryOf('opus', { env })).toMatchObject({ endpoint: 'http://127.0.0.1:9999', place: 'cloud' });
  });
});

describe('without a model in settings', () => {
  const env = { ANTHROPIC_API_KEY: 'sk-x', OLLAMA_HOST: 'nuc2' };

  it('a run in a terminal uses the key of its environment', () => {
    expect(choose({ env }).primary).toMatchObject({ vendor: 'anthropic', model: 'claude-sonnet-5-5' });
  });

  it('a triggered run uses no key that happens to be there', () => {
    expect(choose({ env, isTriggered: true }).primary).toMatchObject({
      vendor: 'none',
      reason: expect.stringContaining('triggered'),
    });
  });

  it('an Ollama that happens to be there is not used', () => {
    expect(choose({ env: { OLLAMA_HOST: 'nuc2' } }).primary).toMatchObject({ vendor: 'none' });
  });

  it('an empty key is no key', () => {
    expect(choose({ env: { ANTHROPIC_API_KEY: '' } }).primary.vendor).toBe('none');
  });
});

describe('precedence and fall-backs', () => {
  it('the flag is over settings, and none is none', () => {
    expect(choose({ flag: 'haiku', settingsModel: 'qwen3:8b' }).primary).toMatchObject({
      vendor: 'anthropic',
    });
    expect(
      choose({ flag: 'none', settingsModel: 'opus', env: { ANTHROPIC_API_KEY: 'k' } }).primary,
    ).toMatchObject({
      vendor: 'none',
    });
  });

  it('only listed models are fallen back to, in their order, each once', () => {
    const env = { ANTHROPIC_API_KEY: 'k' };
    expect(choose({ settingsModel: 'qwen3:8b', env }).fallbacks).toEqual([]);
    const { fallbacks } = choose({
      settingsModel: 'qwen3:8b',
      fallbackModels: ['qwen3:8b', 'haiku', 'llama3:8b', 'haiku'],
      env,
      isTriggered: true,
    });
    expect(fallbacks.map(({ model }) => model)).toEqual(['claude-haiku-5-5', 'llama3:8b']);
  });

  it('a local goal refuses cloud models and says so', () => {
    const { primary, fallbacks, refused } = choose({
      settingsModel: 'opus',
      fallbackModels: ['qwen3:8b', 'gpt-oss:120b-cloud'],
      egress: 'local',
    });
    expect(primary).toMatchObject({ vendor: 'ollama', model: 'qwen3:8b' });
    expect(fallbacks).toEqual([]);
    expect(refused.map(({ name }) => name)).toEqual(['opus', 'gpt-oss:120b-cloud']);
    expect(choose({ settingsModel: 'opus', egress: 'local' }).primary).toMatchObject({
      vendor: 'none',
      reason: expect.stringContaining('egress: local'),
    });
  });
});
