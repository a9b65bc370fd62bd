/** The screen on a scripted program, at a time that stands still: `play-scenario NAME`. */

import { createFakeClient } from '../fakes/client.ts';
import { showScreen } from '../fakes/show-screen.ts';
import { NOW, scenarioOf } from './scenarios.ts';

const { told, program } = scenarioOf(process.argv[2] ?? '');
const client = createFakeClient(program);
client.tell(...told);
await showScreen(client, {
  look: {
    theme: 'terminal',
    hasColor: true,
    isUnicode: process.env.LANG === 'C.UTF-8',
    isAnimated: false,
  },
  now: () => NOW,
});
