import { describe, expect, it } from 'vitest';
import { SSH_OPTIONS, toRemoteLine } from '../../src/lib/remote-line.ts';
import { CWD, refusedLines, shippedPolicy } from './support.ts';

const policy = shippedPolicy({ remoteHosts: ['nas.lan'] });
const onHost = (host: string, line: string) =>
  policy.judge({ kind: 'process', argv: ['ssh', ...SSH_OPTIONS, '--', host, line], cwd: CWD }, NOTHING);
const on = (words: string[], host = 'nas.lan') => onHost(host, toRemoteLine(words));
const NOTHING = { resolved: new Map<string, string>() };

describe('a command on a declared host', () => {
  it.each([
    [['systemctl', 'status', 'nginx'], 'allow', 'observe'],
    [['df', '-h'], 'allow', 'observe'],
    [['journalctl', '-u', 'nginx', '-n', '20'], 'allow', 'observe'],
    [['cat', '/etc/machine-id'], 'allow', 'observe'],
    [['systemctl', 'restart', 'nginx'], 'ask', 'disruptive'],
    [['systemctl', 'restart', 'nginx', 'a b; reboot'], 'ask', 'disruptive'],
    [['rm', '-rf', '/srv/data'], 'ask', 'irreversible'],
    [['sudo', 'df'], 'ask', 'disruptive'],
    [['bash', '-c', 'df'], 'ask', 'disruptive'],
    [['cat', '/etc/shadow'], 'deny', 'disruptive'],
    [['steward', 'run', 'x'], 'deny', 'disruptive'],
  ] as const)('is judged like one here: %j', (words, verdict, effect) => {
    const judged = on([...words]);
    expect({ verdict: judged.verdict, effect: judged.effect, reason: judged.reason }).toMatchObject({
      verdict,
      effect,
    });
    expect(judged.target).toEqual({ kind: judged.effect === 'observe' ? 'host' : 'host', name: 'nas.lan' });
  });

  it('is asked about where it looks behind a path, since a link over there cannot be followed from here', () => {
    for (const words of [
      ['cat', '/var/log/syslog'],
      ['ls', '/srv'],
      ['tail', 'app.log'],
      // What its repository names there, nobody can look up either.
      ['git', 'status'],
    ]) {
      expect(on(words)).toMatchObject({ verdict: 'ask', rule: 'ssh:path' });
    }
  });

  it('is asked about in every other form, and on every other host', () => {
    expect(on(['df', '-h'], 'nuc9.lan')).toMatchObject({ verdict: 'ask', rule: 'ssh:host' });
    const plain = (...argv: string[]) => policy.judge({ kind: 'process', argv, cwd: CWD }, NOTHING).verdict;
    expect(plain('ssh', 'nas.lan', 'df')).toBe('ask');
    expect(plain('ssh', ...SSH_OPTIONS.slice(1), '--', 'nas.lan', 'df')).toBe('ask');
    expect(plain('ssh', ...SSH_OPTIONS, '-oProxyCommand=id', '--', 'nas.lan', 'df')).toBe('ask');
    expect(plain('ssh', ...SSH_OPTIONS, '--', 'nas.lan', 'df', 'x')).toBe('ask');
    for (const line of [
      'df; reboot',
      'df $(reboot)',
      'df `id`',
      "df 'a",
      'df  -h',
      '',
      'df > x',
      'df\nid',
      'df &',
    ]) {
      expect(onHost('nas.lan', line).verdict, line).toBe('ask');
    }
  });

  it('is never allowed when it is not allowed here', () => {
    const words = refusedLines()
      .filter((line) => /^[\w@%+=:,./ -]+$/.test(line))
      .map((line) => line.trim().split(/ +/));
    expect(words.length).toBeGreaterThan(500);
    expect(words.filter((each) => on(each).verdict === 'allow')).toEqual([]);
  });
});
