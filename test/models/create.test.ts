import { describe, expect, it } from 'vitest';
import { createPost } from '../../src/host/index.ts';
import { chooseModel, createModel, probeToolUse } from '../../src/models/index.ts';
import type { Turn } from '../wire/index.ts';
import { ask, connect } from './connect.ts';
import { realClock } from './real-clock.ts';

const OPTIONS = {
  clock: realClock,
  post: createPost(),
  mask: (text: string) => text,
  apiKey: null,
  contextTokens: 16_384,
};

describe('a model that cannot be asked', () => {
  it('fails with the reason why there is none', async () => {
    const port = await createModel({ vendor: 'none', reason: 'settings name no model' }, OPTIONS);
    expect(port).toMatchObject({ vendor: 'none', place: 'none' });
    expect(await port.complete(ask('m'))).toMatchObject({
      class: 'login',
      message: 'no model: settings name no model',
    });
  });

  it('names the key that is missing', async () => {
    const { primary } = chooseModel({
      flag: 'deepseek/deepseek-flash',
      settingsModel: null,
      settingsProvider: null,
      fallbackModels: [],
      providers: {},
      env: {},
      isTriggered: false,
      egress: 'any',
    });
    const port = await createModel(primary, OPTIONS);
    expect(await port.complete(ask('m'))).toMatchObject({
      class: 'login',
      message: expect.stringContaining('DEEPSEEK_API_KEY'),
    });
  });
});

describe('the probe of tool use', () => {
  const call = (input: object): Turn => ({ toolCalls: [{ name: 'confirm_ready', input }] });

  it.each<[string, Turn, boolean, string]>([
    ['a model that calls the tool', call({ word: 'lighthouse' }), true, 'can call tools'],
    ['a model that talks', { text: '{"name":"confirm_ready"}' }, false, 'answered in words'],
    ['a model that invents an argument', call({ word: 'x' }), false, 'wrong word'],
    ['a model that invents a tool', { toolCalls: [{ name: 'run', input: {} }] }, false, 'not offered'],
    ['a server that refuses', { fault: 'status', status: 401 }, false, '401'],
  ])('tells %s', async (_, turn, canCallTools, detail) => {
    const { server, port, model } = await connect('ollama', [turn]);
    expect(await probeToolUse(port, model)).toMatchObject({
      canCallTools,
      detail: expect.stringContaining(detail),
    });
    await server.close();
  });
});
