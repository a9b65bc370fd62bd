import { createScriptedModel } from '../fakes/scripted-model.ts';
import { connect } from './connect.ts';
import { describeModelPort } from './port-contract.ts';

describeModelPort(
  'anthropic',
  { hasThinking: true, hasCache: true, hasTextArguments: true },
  (script, options) => connect('anthropic', script, options),
);
describeModelPort(
  'ollama',
  { hasThinking: true, hasCache: false, hasTextArguments: false },
  (script, options) => connect('ollama', script, options),
);
describeModelPort(
  'openai-compatible',
  { hasThinking: true, hasCache: true, hasTextArguments: true },
  (script, options) => connect('openai', script, options),
);
describeModelPort(
  'the scripted fake',
  { hasThinking: true, hasCache: true, hasTextArguments: true },
  async (script, options) => ({ port: createScriptedModel(script, options), model: 'scripted' }),
);
