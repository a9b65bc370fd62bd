import { describe, expect, it } from 'vitest';
import { checkLine } from '../../src/policy/index.ts';
import { allowedLines, CWD, refusedLines, shippedPolicy } from './support.ts';

const here = { resolved: new Map<string, string>() };

describe('an explanation', () => {
  const policy = shippedPolicy({
    allow: ['Bash(mkdir /srv/x)'],
    deny: ['Bash(df *)'],
  });

  it('gives the verdict of the judgement to the part that it says decided', () => {
    for (const line of [...allowedLines(), ...refusedLines()]) {
      const { judgement, parts, decisive } = policy.explain(line, CWD, here);
      const { verdict, rule } = checkLine(policy, line, CWD);
      expect({ verdict: judgement.verdict, rule: judgement.rule }, line).toEqual({ verdict, rule });
      if (decisive === null) continue;
      expect(parts[decisive]?.verdict, line).toBe(verdict);
    }
  });

  it('shows every part of a line with its spec, verb, options and operands', () => {
    const { outline, parts, decisive } = policy.explain(
      'git -C /srv/infra log -n 3 | head; systemctl restart nginx',
      CWD,
      here,
    );
    expect(outline).toEqual(['git -C /srv/infra log -n 3', '| head', 'systemctl restart nginx']);
    expect(parts.map(({ text, verdict, rule }) => ({ text, verdict, rule }))).toEqual([
      { text: 'git -C /srv/infra log -n 3', verdict: 'allow', rule: 'spec:git.log' },
      { text: 'head', verdict: 'allow', rule: 'spec:head' },
      { text: 'systemctl restart nginx', verdict: 'ask', rule: 'spec:systemctl.restart' },
    ]);
    expect(decisive).toBe(2);
    expect(parts[0]?.notes).toContainEqual({
      kind: 'spec',
      program: 'git',
      source: 'specs/git.yaml',
      verb: 'log',
      options: ['-C', '-n'],
      operands: [],
    });
  });

  it('shows where a path leads and what speaks against it', () => {
    const resolved = new Map([['/srv/infra/notes', '/etc/shadow']]);
    const { parts, judgement } = policy.explain('timeout 5 cat notes', CWD, { resolved });
    expect(judgement.rule).toBe('floor:secret-file');
    expect(parts[0]?.notes).toContainEqual({ kind: 'wrapper', program: 'timeout' });
    expect(parts[0]?.notes).toContainEqual({
      kind: 'path',
      said: 'notes',
      use: 'read',
      leadsTo: ['/etc/shadow'],
      against: 'floor:secret-file',
    });
  });

  it('shows what the specs said before a permission rule changed it', () => {
    const [lifted] = policy.explain('mkdir /srv/x', CWD, here).parts;
    expect(lifted).toMatchObject({
      verdict: 'allow',
      rule: 'rule:Bash(mkdir /srv/x)',
      before: { verdict: 'ask' },
    });
    const [denied] = policy.explain('df -h', CWD, here).parts;
    expect(denied).toMatchObject({ verdict: 'deny', rule: 'rule:Bash(df *)', before: { verdict: 'allow' } });
  });

  it('shows redirections, and the commands inside a substitution', () => {
    const { outline, parts } = policy.explain('echo "$(uptime)" > /srv/infra/out', CWD, here);
    expect(outline).toEqual(['echo "$( … )"', '  inside $( … ):', '    uptime', '  > /srv/infra/out']);
    expect(parts.map(({ text }) => text)).toEqual(['> /srv/infra/out', 'uptime', 'echo "$( … )"']);
  });

  it('has no parts for a line that cannot be parsed, and still the reason', () => {
    const explained = policy.explain('ls (', CWD, here);
    expect(explained).toMatchObject({ outline: [], parts: [], decisive: null });
    expect(explained.judgement.rule).toBe('shell:syntax');
  });
});
