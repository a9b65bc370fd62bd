import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createOperatorFiles, readHostIdentity } from '../../src/host/index.ts';
import { readUnit } from '../../src/host/isolation.ts';

// Below a folder that only we may write: /tmp is sticky, which counts as closed.
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'steward-identity-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the identity of the host', () => {
  it('has name, kernel and user, and of the machine-id only a short digest', () => {
    const identity = readHostIdentity();
    expect(identity).toMatchObject({ hostname: hostname(), kernel: release() });
    expect(identity.user).not.toBe('');
    expect(identity.machine).toMatch(/^([0-9a-f]{12}|unknown)$/);
  });
});

describe('the isolation', () => {
  const unit = { INVOCATION_ID: '0123456789abcdef0123456789abcdef' };
  const hardened = 'Name:\tnode\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t8\n';

  it('is `unit` in a unit that can gain no privileges and has a filter of system calls', () => {
    expect(readUnit(unit, hardened)).toBe('unit');
  });

  it.each([
    ['outside of a unit', {}, hardened],
    ['with an invocation id that systemd would not give', { INVOCATION_ID: 'yes' }, hardened],
    ['when privileges can be gained', unit, hardened.replace('Privs:\t1', 'Privs:\t0')],
    ['without a filter', unit, hardened.replace('Seccomp:\t2', 'Seccomp:\t0')],
    ['when the kernel tells nothing', unit, ''],
  ])('is `none` %s', (_, env, status) => {
    expect(readUnit(env, status)).toBe('none');
  });
});

describe('files of operators', () => {
  const files = createOperatorFiles();

  it('are read when there, and undefined when not', async () => {
    writeFileSync(join(scratch, 'steward.yaml'), 'model: none\n');
    expect(await files.readText(join(scratch, 'steward.yaml'))).toBe('model: none\n');
    expect(await files.readText(join(scratch, 'none.yaml'))).toBeUndefined();
    expect(await files.readText(join(scratch, 'steward.yaml/below'))).toBeUndefined();
    expect([files.exists(join(scratch, 'steward.yaml')), files.exists(join(scratch, 'none'))]).toEqual([
      true,
      false,
    ]);
  });

  it('are an error with a name when they cannot be read', async () => {
    await expect(files.readText(scratch)).rejects.toMatchObject({ code: 'unreadable', reason: 'settings' });
  });

  it('are listed sorted, links to files among them, folders not', async () => {
    const folder = join(scratch, 'goals');
    mkdirSync(join(folder, 'folder'), { recursive: true });
    writeFileSync(join(folder, 'b.md'), '');
    writeFileSync(join(folder, 'a.md'), '');
    symlinkSync('a.md', join(folder, 'link.md'));
    symlinkSync('nothing', join(folder, 'dangling.md'));
    expect(await files.list(folder)).toEqual(['a.md', 'b.md', 'link.md']);
    expect(await files.list(join(scratch, 'nowhere'))).toEqual([]);
  });

  it('may be executed only when nobody else can have written them', () => {
    const folder = mkdtempSync(join(scratch, 'probes-'));
    const path = join(folder, 'probe');
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
    expect(files.isTrustedExecutable(path)).toBe(true);
    symlinkSync(path, join(folder, 'link'));
    expect(files.isTrustedExecutable(join(folder, 'link'))).toBe(true);
    chmodSync(path, 0o775);
    expect(files.isTrustedExecutable(path)).toBe(false);
    chmodSync(path, 0o644);
    expect(files.isTrustedExecutable(path)).toBe(false);
    chmodSync(path, 0o755);
    chmodSync(folder, 0o777);
    expect(files.isTrustedExecutable(path)).toBe(false);
    expect(files.isTrustedExecutable(folder)).toBe(false);
    expect(files.isTrustedExecutable(join(folder, 'nothing'))).toBe(false);
  });
});
