import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/protocol/action.ts';
import { CWD, HOME, shippedPolicy } from './support.ts';

const policy = shippedPolicy();
const nothing = { resolved: new Map<string, string>() };

function verdictWith(
  links: Record<string, string>,
  action: Action,
  mode: 'default' | 'acceptEdits' = 'default',
): string {
  const found = shippedPolicy({ mode });
  const resolved = new Map(found.wantedPaths(action).map((path) => [path, links[path] ?? path]));
  const { verdict, rule } = found.judge(action, {
    resolved,
    isInGitWorkTree: (path) => path.startsWith(`${CWD}/`),
  });
  return `${verdict} ${rule}`;
}

const write = (path: string): Action => ({ kind: 'write', path, content: 'x', expects: null });

describe('paths', () => {
  it('asks the host about everything that a line reads, before it is judged', () => {
    const wanted = policy.wantedPaths(policy.toAction('cat a/../b /etc/hosts < c; cd d && head e', CWD));
    for (const path of [
      `${CWD}/a/../b`,
      `${CWD}/b`,
      '/etc/hosts',
      `${CWD}/c`,
      `${CWD}/d`,
      `${CWD}/d/e`,
      `${CWD}/e`,
    ]) {
      expect(wanted).toContain(path);
    }
  });

  it('sees a secret behind a link, whatever the link is called', () => {
    const action = policy.toAction('cat notes.txt', CWD);
    expect(verdictWith({}, action)).toBe('allow spec:cat');
    expect(verdictWith({ [`${CWD}/notes.txt`]: '/etc/shadow' }, action)).toBe('deny floor:secret-file');
  });

  it('lets a .pem be looked at as a certificate, unless a key is behind it or a rule keeps it', () => {
    const action = policy.toAction('openssl verify web.pem', CWD);
    expect(verdictWith({}, action)).toBe('allow spec:openssl.verify');
    for (const key of [`${HOME}/.ssh/id_ed25519`, '/etc/ssl/private/web.pem', '/srv/tls/web.key']) {
      expect(verdictWith({ [`${CWD}/web.pem`]: key }, action)).toBe('deny floor:secret-file');
    }
    const kept = shippedPolicy({ deny: ['Read(*.pem)'] });
    expect(kept.judge(kept.toAction('openssl verify web.pem', CWD), nothing).verdict).toBe('deny');
    expect(verdictWith({}, policy.toAction('cat web.pem', CWD))).toBe('deny floor:secret-file');
  });

  it('sees a secret behind a link to a folder, in cd and in a pattern', () => {
    const links = { [`${CWD}/docs/shadow`]: '/etc/shadow', [`${CWD}/docs`]: `${HOME}/.ssh` };
    expect(verdictWith(links, policy.toAction('cd docs && cat shadow', CWD))).toBe('deny floor:secret-file');
    expect(verdictWith(links, policy.toAction('cat docs/*', CWD))).toBe('ask secret-pattern');
  });

  it.each([
    ['/etc/hosts', 'allow'],
    ['/etc/shadow', 'deny'],
    [`${HOME}/.ssh/id_ed25519`, 'deny'],
    [`${HOME}/x/../.ssh/config`, 'deny'],
    ['/srv/app/.env', 'deny'],
    ['/srv/app/.env.example', 'allow'],
    ['/srv/app/tls/server.key', 'deny'],
    ['/srv/app/tls/server.PEM', 'deny'],
    ['/etc/ssl/certs/ca.pem', 'allow'],
    ['/proc/1/environ', 'deny'],
    ['/proc/self/task/1/environ', 'deny'],
    ['/proc/meminfo', 'allow'],
    ['/run/secrets/db/password', 'deny'],
    ['/run/credentials/steward.service/key', 'deny'],
    ['/etc/kubernetes/admin.conf', 'deny'],
    ['/root/.kube/config', 'deny'],
    ['/etc/steward/credentials', 'deny'],
    ['/dev/sda', 'deny'],
    ['/dev/tcp/10.0.0.1/80', 'deny'],
    ['relative', 'ask'],
  ])('reading %s: %s', (path, verdict) => {
    expect(policy.judge({ kind: 'read', path }, nothing).verdict).toBe(verdict);
  });

  it('reads no secret by another name', () => {
    expect(verdictWith({ '/srv/link': '/etc/shadow' }, { kind: 'read', path: '/srv/link' })).toBe(
      'deny floor:secret-file',
    );
  });

  it('searches anywhere but where secrets are kept, and leaves single secrets to the walker', () => {
    expect(policy.judge({ kind: 'scan', root: '/etc' }, nothing).verdict).toBe('allow');
    expect(policy.judge({ kind: 'scan', root: `${HOME}/.ssh` }, nothing).verdict).toBe('deny');
    expect(policy.isSecretPath('/etc/shadow')).toBe(true);
    expect(policy.isSecretPath('/etc/hosts')).toBe(false);
    const vault = ['/var/lib/vault/init.json', '/opt/vault/token', '/srv/vault-1/agent/token'];
    for (const path of [...vault, '/home/ops/.config/nix/nix.conf'])
      expect(policy.isSecretPath(path), path).toBe(true);
    for (const path of ['/etc/vault.d/vault.hcl', '/srv/vault/notes.md', '/etc/nix/nix.conf'])
      expect(policy.isSecretPath(path), path).toBe(false);
  });

  it('asks before it writes, unless edits are accepted and git can bring the file back', () => {
    expect(verdictWith({}, write(`${CWD}/a.tf`))).toBe('ask path:write');
    expect(verdictWith({}, write(`${CWD}/a.tf`), 'acceptEdits')).toBe('allow mode:acceptEdits');
    expect(verdictWith({}, write('/srv/other/a.tf'), 'acceptEdits')).toBe('ask path:write');
    expect(verdictWith({ [`${CWD}/a.tf`]: '/srv/other/a.tf' }, write(`${CWD}/a.tf`), 'acceptEdits')).toBe(
      'ask path:write',
    );
  });

  it.each([
    [`${CWD}/.git/hooks/pre-commit`, 'ask path:guarded'],
    [`${CWD}/.git/config`, 'ask path:guarded'],
    [`${HOME}/.bashrc`, 'ask path:guarded'],
    ['/etc/systemd/system/x.service', 'ask path:guarded'],
    [`${CWD}/.env`, 'deny floor:secret-file'],
    [`${CWD}/.steward/goals/x.md`, 'deny floor:steward-file'],
    ['/etc/steward/steward.yaml', 'deny floor:steward-file'],
    ['/var/lib/steward/runs/1.jsonl', 'deny floor:steward-file'],
    ['/proc/sysrq-trigger', 'deny floor:kernel'],
    ['/dev/sda', 'deny floor:device'],
  ])('accepted edits do not reach %s: %s', (path, answer) => {
    expect(verdictWith({}, write(path), 'acceptEdits')).toBe(answer);
  });

  it('judges taking a file away as it judges writing it', () => {
    const remove = (path: string): Action => ({ kind: 'remove', path, expects: 'x' });
    expect(verdictWith({}, remove(`${CWD}/a.tf`), 'acceptEdits')).toBe('allow mode:acceptEdits');
    expect(verdictWith({}, remove('/var/lib/steward/index.db'), 'acceptEdits')).toBe(
      'deny floor:steward-file',
    );
  });

  it.each([
    ['https://consul.lan:8501/v1', 'allow'],
    ['https://consul.lan:8501/v1/agent/self?x=1', 'allow'],
    ['https://consul.lan:8501/v1beta', 'ask'],
    ['https://consul.lan:8501/', 'ask'],
    ['https://consul.lan:8501/v1/../secret', 'ask'],
    ['http://consul.lan:8501/v1', 'ask'],
    ['https://consul.lan/v1', 'ask'],
    ['https://consul.lan:8501@evil.example/v1', 'ask'],
    ['https://user:pass@consul.lan:8501/v1', 'ask'],
    ['file:///etc/passwd', 'ask'],
    ['nonsense', 'ask'],
  ])('fetching %s: %s', (url, verdict) => {
    expect(policy.judge({ kind: 'fetch', method: 'GET', url }, nothing).verdict).toBe(verdict);
  });
});

describe('a repository that names programs', () => {
  const world = {
    resolved: new Map<string, string>(),
    programOfRepository: (folder: string) => (folder === '/srv/odd' ? 'its settings start one' : undefined),
  };
  const judge = (line: string, cwd = CWD) => {
    const policy = shippedPolicy();
    const action = policy.toAction(line, cwd);
    expect(policy.wantedPaths(action).length, 'it depends on the machine').toBeGreaterThan(0);
    return policy.judge(action, world);
  };

  it('lets git name commits and branches there, for which nothing is started', () => {
    const action = shippedPolicy().toAction('git rev-parse HEAD', '/srv/odd');
    expect(shippedPolicy().judge(action, world).verdict).toBe('allow');
  });

  it.each([
    ['git status', '/srv/odd'],
    ['git log -p | head', '/srv/odd'],
    ['git -C /srv/odd diff', CWD],
    ['git --no-pager -C /srv -C odd show HEAD', CWD],
    ['cd /srv/odd && git status', CWD],
    ['timeout 5 git -C /srv/odd status', CWD],
    ['for r in odd infra; do git -C /srv/$r status; done', CWD],
  ])('makes git ask that otherwise only looks: %s', (line, cwd) => {
    expect(judge(line, cwd)).toMatchObject({ verdict: 'ask', reason: 'its settings start one' });
    expect(judge(line.replaceAll('odd', 'fine'), '/srv/fine')).toMatchObject({ verdict: 'allow' });
  });
});
