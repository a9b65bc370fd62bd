import { describe, expect, it } from 'vitest';
import { checkLine, parsePermissionRule } from '../../src/policy/index.ts';
import type { Action } from '../../src/protocol/action.ts';
import { CWD, shippedPolicy } from './support.ts';

function answer(rules: Parameters<typeof shippedPolicy>[0], line: string): string {
  const { verdict, rule } = checkLine(shippedPolicy(rules), line, CWD);
  return `${verdict} ${rule}`;
}

function fileAnswer(rules: Parameters<typeof shippedPolicy>[0], action: Action): string {
  const { verdict, rule } = shippedPolicy(rules).judge(action, { resolved: new Map() });
  return `${verdict} ${rule}`;
}

const write = (path: string): Action => ({ kind: 'write', path, content: '', expects: null });

describe('permission rules', () => {
  it('are read in the syntax of Claude Code', () => {
    expect(parsePermissionRule(' Bash(git log:*) ')).toEqual({
      text: 'Bash(git log:*)',
      tool: 'Bash',
      specifier: 'git log:*',
    });
    expect(parsePermissionRule('Edit')).toEqual({ text: 'Edit', tool: 'Edit', specifier: null });
    expect(parsePermissionRule('Bash()')).toEqual({ text: 'Bash()', tool: 'Bash', specifier: null });
    for (const text of ['', 'Bash(', 'git log', '(x)', 'Bash) x']) {
      expect(() => parsePermissionRule(text)).toThrow(/not a permission rule/);
    }
  });

  it('a bare tool name lifts nothing', () => {
    expect(answer({ allow: ['Bash'] }, 'mkdir x')).toBe('ask spec:mkdir');
    expect(fileAnswer({ allow: ['Edit', 'Write'] }, write(`${CWD}/a`))).toBe('ask path:write');
  });

  it.each([
    ['Bash(mkdir *)', 'mkdir x', 'allow rule:Bash(mkdir *)'],
    ['Bash(mkdir:*)', 'mkdir', 'allow rule:Bash(mkdir:*)'],
    ['Bash(mkdir *)', 'mkdirx y', 'ask unknown-program'],
    ['Bash(mkdir a)', 'mkdir a b', 'ask spec:mkdir'],
    ['Bash(git commit *)', 'git commit -am fix', 'allow rule:Bash(git commit *)'],
    ['Bash(git * main)', 'git checkout main', 'allow rule:Bash(git * main)'],
  ])('%s with `%s`: %s', (rule, line, expected) => {
    expect(answer({ allow: [rule] }, line)).toBe(expected);
  });

  it.each([
    ['Bash(systemctl restart *)', 'systemctl restart app', 'ask spec:systemctl.restart'],
    ['Bash(rm *)', 'rm x', 'ask spec:rm'],
    ['Bash(mytool *)', 'mytool x', 'ask unknown-program'],
    ['Bash(reboot)', 'reboot', 'deny floor:reboot'],
    ['Bash(cat *)', 'cat /etc/shadow', 'deny floor:secret-file'],
    ['Bash(cp *)', 'cp a /etc/steward/steward.yaml', 'deny floor:steward-file'],
    ['Bash(cp *)', 'cp /etc/shadow a', 'deny floor:secret-file'],
    ['Bash(echo *)', 'echo x > y', 'ask redirect:write'],
    ['Bash(mkdir *)', 'mkdir "$(date)"', 'ask spec:mkdir'],
    ['Bash(sudo *)', 'sudo mkdir x', 'ask privilege'],
    ['Bash(*)', 'bash -lc id', 'ask unknown-option:bash'],
    ['Bash(bash *)', "bash -c 'systemctl stop x'", 'ask spec:systemctl.stop'],
    ['Bash(bash *)', 'bash -c "mkdir x"', 'ask spec:mkdir'],
  ])('lift no more than what is reversible: %s with `%s`: %s', (rule, line, expected) => {
    expect(answer({ allow: [rule] }, line)).toBe(expected);
  });

  it('must cover every part of a line', () => {
    expect(answer({ allow: ['Bash(mkdir *)'] }, 'mkdir a && ls')).toBe('allow rule:Bash(mkdir *)');
    expect(answer({ allow: ['Bash(mkdir *)'] }, 'mkdir a && touch b')).toBe('ask spec:touch');
    expect(answer({ allow: ['Bash(mkdir *)', 'Bash(touch *)'] }, 'mkdir a && touch b')).toMatch(/^allow /);
    expect(answer({ allow: ['Bash(mkdir *)'] }, 'mkdir a; systemctl stop x')).toBe('ask spec:systemctl.stop');
  });

  it('may forbid or question anything, wrapped or chained', () => {
    expect(answer({ deny: ['Bash(bash *)'] }, "uptime; bash -c 'df -h'")).toBe('deny rule:Bash(bash *)');
    expect(answer({ deny: ['Bash(df *)'] }, "bash -c 'uptime; df -h'")).toBe('deny rule:Bash(df *)');
    expect(answer({ ask: ['Bash(sh *)'] }, "sh -c 'df -h'")).toBe('ask rule:Bash(sh *)');
    expect(answer({ deny: ['Bash(git log *)'] }, 'uptime; timeout 5 git log -1')).toBe(
      'deny rule:Bash(git log *)',
    );
    expect(answer({ deny: ['Bash(git log:*)'] }, 'echo "$(git log)"')).toBe('deny rule:Bash(git log:*)');
    expect(answer({ deny: ['Bash'] }, 'ls')).toBe('deny rule:Bash');
    expect(answer({ ask: ['Bash(ls *)'] }, 'ls -l')).toBe('ask rule:Bash(ls *)');
    expect(answer({ deny: ['Bash(ls *)'], allow: ['Bash(ls *)'] }, 'ls')).toBe('deny rule:Bash(ls *)');
  });

  it.each([
    ['Edit(./jobs/**)', `${CWD}/jobs/a/b.hcl`, 'allow'],
    ['Edit(jobs/*)', `${CWD}/jobs/a.hcl`, 'allow'],
    ['Edit(*.hcl)', `${CWD}/deep/down/a.hcl`, 'allow'],
    ['Edit(//srv/other/**)', '/srv/other/x', 'allow'],
    ['Edit(~/notes/**)', '/home/operator/notes/x', 'allow'],
    ['Write(/jobs/**)', `${CWD}/jobs/a`, 'allow'],
    ['Edit(./jobs/**)', `${CWD}/jobsx/a`, 'ask'],
    ['Edit(./jobs/**)', `${CWD}/jobs/../x`, 'ask'],
    ['Edit(**)', `${CWD}/.git/config`, 'ask'],
    ['Edit(**)', `${CWD}/.env`, 'deny'],
    ['Edit(//**)', '/etc/steward/steward.yaml', 'deny'],
    ['Read(./jobs/**)', `${CWD}/jobs/a`, 'ask'],
  ])('%s on %s: %s', (rule, path, verdict) => {
    expect(fileAnswer({ allow: [rule] }, write(path))).toMatch(new RegExp(`^${verdict} `));
  });

  it('may keep a file from being read or searched', () => {
    const rules = { deny: ['Read(./private/**)'], ask: ['Read(//var/log/**)'] };
    expect(fileAnswer(rules, { kind: 'read', path: `${CWD}/private/a` })).toBe(
      'deny rule:Read(./private/**)',
    );
    const { isSecretPath } = shippedPolicy(rules);
    expect([`${CWD}/private/a/b`, `${CWD}/public`].map(isSecretPath)).toEqual([true, false]);
    expect(fileAnswer(rules, { kind: 'read', path: '/var/log/x' })).toBe('ask rule:Read(//var/log/**)');
    expect(fileAnswer(rules, { kind: 'read', path: `${CWD}/a` })).toBe('allow path:read');
  });

  it('keep the shell from what they keep from the Read and Edit tools', () => {
    const rules = { deny: ['Read(./private/**)', 'Edit(./jobs/**)'] };
    for (const line of [
      'cat private/a',
      'head -n1 ./x/../private/b',
      'cat p*/a',
      'grep -r x .',
      'cd private && cat a',
    ]) {
      expect(answer(rules, line), line).toBe('deny rule:Read(./private/**)');
    }
    expect(answer(rules, 'cat jobs/a')).toBe('allow spec:cat');
    expect(answer(rules, 'echo x > jobs/a')).toBe('deny rule:Edit(./jobs/**)');
    expect(answer({ ...rules, allow: ['Bash(cp *)'] }, 'cp a jobs/b')).toBe('deny rule:Edit(./jobs/**)');
  });

  it('are part of the digest that says which policy decided', () => {
    const digests = [shippedPolicy(), shippedPolicy(), shippedPolicy({ allow: ['Bash(ls *)'] })].map(
      ({ digest }) => digest,
    );
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});
