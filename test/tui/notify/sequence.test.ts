import { describe, expect, it } from 'vitest';
import { notificationChannel } from '../../../src/lib/notification-channel.ts';
import { notificationSequence } from '../../../src/tui/notify/sequence.ts';

describe('a notification', () => {
  it('is what the terminal understands', () => {
    const of = (env: Record<string, string>) => notificationSequence('look', notificationChannel(env));
    expect(of({ TERM: 'xterm-256color' })).toBe('\x07');
    expect(of({ TERM: 'xterm-kitty' })).toBe('\x1b]99;;look\x1b\\');
    expect(of({ TERM_PROGRAM: 'WezTerm' })).toBe('\x1b]9;look\x1b\\');
    expect(of({ TERM: 'foot' })).toBe('\x1b]777;notify;steward;look\x1b\\');
  });

  it('goes through tmux to the terminal around it, with a bell for where it may not', () => {
    const tmux = { TERM: 'tmux-256color', TMUX: '/tmp/tmux-0/default,1,0' };
    const of = (env: Record<string, string>) => notificationSequence('look', notificationChannel(env));
    expect(of(tmux)).toBe('\x07');
    expect(of({ ...tmux, LC_TERMINAL: 'iTerm2' })).toBe('\x1bPtmux;\x1b\x1b]9;look\x1b\x1b\\\x1b\\\x07');
    expect(of({ ...tmux, STY: '1.pts', LC_TERMINAL: 'iTerm2' })).toBe('\x07');
  });

  it('holds no sequence of what it tells, and one line of it', () => {
    const text = `rm\x1b\\\x07\x1b]0;x\x07 a;b\n${'long '.repeat(60)}`;
    const sequence = notificationSequence(text, { osc: 777, isInTmux: false });
    expect(sequence.slice(0, -2)).toMatch(/^\x1b\]777;notify;steward;rm\\ a,b (?:long )+l…$/);
    expect(sequence.length).toBeLessThan(160);
  });
});
