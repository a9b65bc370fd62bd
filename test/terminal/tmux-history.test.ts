import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PROGRAM } from '../system/steward.ts';
import { startModelServer } from '../wire/index.ts';
import { openRig, type TestRig } from './open-rig.ts';
import { stewardEnv } from './open-steward.ts';

const bash = (command: string) => ({ name: 'Bash', input: { command } });
const SCRIPT = [
  { text: 'I look first.', toolCalls: [bash('uname -a'), bash('ls')], chunkDelayMs: 40, delayMs: 600 },
  { text: 'Now I make it.\n\nAnd then I am done.', toolCalls: [bash('mkdir made')], chunkDelayMs: 40 },
  { text: 'Well.' },
];

/** All that tmux keeps of its only pane, the window included; not in the middle of a frame. */
async function historyOf({ home }: TestRig): Promise<string[]> {
  const argv = ['-S', join(home, 'tmux.sock'), 'capture-pane', '-p', '-S', '-'];
  const capture = async () => (await promisify(execFile)('tmux', argv)).stdout;
  for (let last = await capture(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await capture();
    if (now === last) return now.split('\n');
    last = now;
  }
}

const count = (lines: readonly string[], text: string) => lines.filter((line) => line.includes(text)).length;

describe('the history of tmux', () => {
  it.each([
    ['at the top of a window', 'clear', [80, 24]],
    ['below what a shell has written', 'seq 60', [80, 24]],
    ['in a pane of ten rows', 'clear', [40, 10]],
    ['in a large window', 'clear', [200, 60]],
  ] as const)(
    'keeps no frame of a session %s: each line once, the prompt among them',
    async (_, before, [columns, rows]) => {
      const server = await startModelServer({ dialect: 'anthropic', script: SCRIPT });
      const rig = openRig(['bash', '--norc', '--noprofile', '-i'], {
        env: { PS1: 'shell$ ', ...stewardEnv(server.url) },
        isInTmux: true,
        columns,
        rows,
      });
      await rig.waitForText('shell$');
      rig.type(`${before}; ${PROGRAM}\r`);
      await rig.waitForText(/^❯ ask/m);
      rig.type('make it now');
      await rig.waitForText('❯ make it now');
      rig.press('enter');
      await rig.waitForText('Run this?');
      const asked = await historyOf(rig);
      expect(count(asked, '❯ make it now')).toBe(1);
      expect(count(asked, 'I look first.')).toBe(1);
      expect(count(asked, 'Now I make it.')).toBe(1);
      expect(count(asked, 'Run this?')).toBe(1);
      expect(count(asked, 'type ahead')).toBe(1);
      expect(count(asked, 'probes answered')).toBe(0);
      // The pager and back, then the end of the turn.
      rig.press('ctrl+o');
      await rig.waitForText('q close');
      rig.press('q');
      await rig.waitForText('Run this?');
      // What tmux tells of the focus, it tells at once: only the screen may hear of it.
      expect(rig.screen().join('\n')).not.toContain('^[[');
      rig.press('esc');
      await rig.waitForText(/stopped[\s\S]*^❯ ask/m);
      const ended = await historyOf(rig);
      expect(count(ended, '❯ make it now')).toBe(1);
      expect(count(ended, 'Now I make it.')).toBe(1);
      expect(count(ended, 'Run this?')).toBe(0);
      expect(count(ended, 'type ahead')).toBe(0);
      await server.close();
    },
  );
});
