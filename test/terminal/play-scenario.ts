/** The screen on a scripted program, at a time that stands still: `play-scenario NAME`. */
import { startScreen } from '../../src/tui/index.ts';
import { createFakeClient } from '../fakes/client.ts';
import { NOW, scenarioOf } from './scenarios.ts';

const { told, program } = scenarioOf(process.argv[2] ?? '');
const client = createFakeClient(program);
client.tell(...told);
await startScreen({
  client,
  stdin: process.stdin,
  stdout: process.stdout,
  notify: null,
  look: {
    theme: 'terminal',
    hasColor: true,
    isUnicode: process.env.LANG === 'C.UTF-8',
    isAnimated: false,
  },
  now: () => NOW,
  firstPrompt: null,
  opensRuns: false,
  signal: new AbortController().signal,
});
