import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isOnlyUnreadable, needsRoot } from '../../../src/app/change/needs-root.ts';
import type { Action } from '../../../src/protocol/action.ts';
import type { Effect } from '../../../src/protocol/effect.ts';
import type { Judgement } from '../../../src/protocol/verdict.ts';

const scratch = mkdtempSync(join(tmpdir(), 'steward-needs-root-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Policy's answer for a plain command of this effect. */
const judgeAs =
  (effect: Effect) =>
  async (action: Action): Promise<Judgement> => ({
    action,
    verdict: 'allow',
    effect,
    rule: 'test',
    reason: 'test',
    target: { kind: 'none', name: '' },
    needs: { profiles: [], writes: [], reaches: [], environment: [] },
    commands: action.kind === 'process' ? [action.argv] : [],
  });
const run = (...argv: string[]): Action => ({ kind: 'process', argv, cwd: '/' });
const write = (path: string): Action => ({ kind: 'write', path, content: '', expects: null });

describe('a change', () => {
  it.each([
    ['restarts a unit of the system', run('systemctl', 'restart', 'shop.service')],
    ['asks for sudo', run('sudo', 'touch', '/x')],
    ['names its program by path', run('/usr/sbin/nft', 'flush', 'ruleset')],
    ['writes where nobody may', write('/etc/passwd/not-a-folder')],
  ])('needs root when it %s', async (_name, action) => {
    expect(await needsRoot([action], judgeAs('disruptive'))).toBe(true);
  });

  it.each([
    ['restarts a unit of its own', run('systemctl', '--user', 'restart', 'shop.service')],
    ['works with git', run('git', 'commit', '-m', 'systemctl')],
    ['writes a file of ours', write(join(scratch, 'file'))],
    ['writes into folders of ours that are made for it', write(join(scratch, 'a/b/c'))],
  ])('needs no root when it %s', async (_name, action) => {
    expect(await needsRoot([action], judgeAs('reversible'))).toBe(false);
  });

  it('needs no root to look', async () => {
    expect(await needsRoot([run('systemctl', 'status', 'shop')], judgeAs('observe'))).toBe(false);
  });

  it('goes elsewhere unplanned only when nothing stands against it but that a file is closed to us', () => {
    const closed = { field: 'apply[0]', message: 'x', code: 'unreadable' };
    expect(isOnlyUnreadable([closed])).toBe(true);
    expect(isOnlyUnreadable([closed, { field: 'apply[1]', message: 'denied' }])).toBe(false);
    expect(isOnlyUnreadable([{ field: 'apply[1]', message: 'x', code: 'bad-change' }])).toBe(false);
  });
});
