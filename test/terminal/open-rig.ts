import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { KEPT_CODE } from '../kept-code.ts';
import { type Rig, type RigOptions, startRig } from './rig.ts';

export interface OpenOptions extends Partial<Omit<RigOptions, 'argv'>> {
  /** Inside tmux with a server, a socket and settings of its own. */
  isInTmux?: boolean;
  /** Of a rig before, to find again what was left there. */
  home?: string;
  /** More lines for tmux's settings. */
  tmuxSettings?: string;
}

export interface TestRig extends Rig {
  home: string;
}

/** A rig with a home of its own, closed when the test that opened it is over. */
export function openRig(argv: readonly string[], options: OpenOptions = {}): TestRig {
  const { isInTmux = false, tmuxSettings = '', env = {}, ...rest } = options;
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'steward-terminal-'));
  const cwd = rest.cwd ?? join(home, 'work');
  mkdirSync(cwd, { recursive: true });
  const rig = startRig({
    ...rest,
    argv: isInTmux ? tmuxArgv(home, argv, tmuxSettings) : argv,
    cwd,
    // No CI variable among them: with it Ink prints the last frame only.
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      XDG_CACHE_HOME: KEPT_CODE,
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      ...env,
    },
  });
  onTestFinished(async () => {
    await rig.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { ...rig, home };
}

const TMUX_SETTINGS = `
set -g status off
set -g default-terminal tmux-256color
set -g escape-time 10
set -g focus-events on
`;

function tmuxArgv(home: string, argv: readonly string[], settings: string): string[] {
  const file = join(home, 'tmux.conf');
  writeFileSync(file, TMUX_SETTINGS + settings);
  return ['tmux', '-u', '-S', join(home, 'tmux.sock'), '-f', file, 'new-session', '--', ...argv];
}
