import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Box, createBox } from './steward.ts';

function site(): { box: Box; path: string; now(): string } {
  const box = createBox();
  writeFileSync(join(box.cwd, 'app.conf'), 'port=80\n');
  const path = join(box.cwd, 'change.yaml');
  writeFileSync(
    path,
    `title: Listen on 8080
targets: [app.service]
apply:
  - edit: { file: app.conf, find: 'port=80', replace: 'port=8080' }
verify:
  - run: grep -q 8080 app.conf
    for: 0s
`,
  );
  return { box, path, now: () => readFileSync(join(box.cwd, 'app.conf'), 'utf8') };
}

describe('hands off', () => {
  it('keeps a folder from every change until it is cleared, also with --yes', async () => {
    const { box, path, now } = site();
    const kept = await box.run(['hands-off', box.cwd, '--for', '2h']);
    expect(kept.code).toBe(0);
    expect((await box.run(['hands-off', 'list'])).stdout).toContain(box.cwd);
    const { code, result } = await box.json(['change', 'run', path, '--yes']);
    expect(code).not.toBe(0);
    expect(result.error?.message).toContain('is left to');
    expect(now()).toBe('port=80\n');
    await box.run(['hands-off', box.cwd, '--clear']);
    expect((await box.json(['change', 'run', path, '--yes'])).code).toBe(0);
    expect(now()).toBe('port=8080\n');
  });

  it('wants to know for how long', async () => {
    const { box } = site();
    const { code, stderr } = await box.run(['hands-off', 'x.service']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('for how long')]);
  });
});

describe('a lock on a target', () => {
  it('is held while an operator’s own command works, told by whom, and free when it has ended', async () => {
    const { box, path, now } = site();
    const [begun, go] = [join(box.cwd, 'begun'), join(box.cwd, 'go')];
    const held = box.start([
      ...['lock', 'run', 'app.service', '--', 'sh', '-c'],
      `: > ${begun}; until [ -e ${go} ]; do sleep 0.05; done; exit 7`,
    ]);
    await vi.waitUntil(() => existsSync(begun), { timeout: 30_000 });
    const busy = await box.json(['change', 'run', path, '--yes']);
    expect(busy.result.reason).toBe('busy');
    expect(busy.result.error?.message).toMatch(/app\.service is held by sh, process \d+ of /);
    expect(now()).toBe('port=80\n');
    const second = await box.run(['lock', 'run', 'app.service', '--', 'true']);
    expect(second.code).toBe(75);
    writeFileSync(go, '');
    expect((await held.ended).code).toBe(7);
    expect((await box.json(['change', 'run', path, '--yes'])).code).toBe(0);
  });

  it('gives the status of a shell for a command that is not there', async () => {
    const { box } = site();
    expect((await box.run(['lock', 'run', 'x', '--', 'there-is-no-such-program'])).code).toBe(127);
  });
});
