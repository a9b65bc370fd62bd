import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src/protocol/approval.ts';
import { type Box, createBox } from './steward.ts';

const CHANGE = `title: Serve on 8080
targets: [app.service]
apply:
  - edit: { file: app.json, find: '80', replace: '8080' }
verify:
  - run: grep -q 8080 app.json
    for: 0s
`;

function site(): { box: Box; path: string; now(): string } {
  const box = createBox();
  writeFileSync(join(box.cwd, 'app.json'), '{"port": 80}\n');
  const path = join(box.cwd, 'change.yaml');
  writeFileSync(path, CHANGE);
  return { box, path, now: () => readFileSync(join(box.cwd, 'app.json'), 'utf8') };
}

async function pending(box: Box): Promise<Approval[]> {
  const { stdout } = await box.run(['approvals', 'list', '--json']);
  return (JSON.parse(stdout) as { approvals: Approval[] }).approvals;
}

const park = (box: Box, path: string) => box.json(['change', 'run', path], { input: 'null' });

describe('a change that nobody is there to approve', () => {
  it('is not done on a yes to the plan that waited before it under the same id', async () => {
    const { box, path, now } = site();
    await park(box, path);
    const [first] = await pending(box);
    const shown = await box.run(['approvals', 'show', first?.id ?? '']);
    const seen = /--digest ([\da-f]{12})/.exec(shown.stdout)?.[1] ?? '';
    // Meanwhile something else is asked for, of the same target.
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('8080', '6666'));
    await park(box, path);
    const [second] = await pending(box);
    expect(second?.id).toBe(first?.id);
    const refused = await box.run(['approvals', 'approve', first?.id ?? '', '--digest', seen]);
    expect([refused.code, refused.stderr]).toEqual([42, expect.stringContaining('another plan by now')]);
    expect(now()).toBe('{"port": 80}\n');
    const digest = second?.digest.slice(0, 12) ?? '';
    expect((await box.json(['approvals', 'approve', first?.id ?? '', '--digest', digest])).code).toBe(0);
    expect(now()).toBe('{"port": 6666}\n');
  });

  it('waits with all that somebody who answers has to know, and is done on a yes', async () => {
    const { box, path, now } = site();
    const { code, result } = await park(box, path);
    expect(code).toBe(77);
    const [approval] = await pending(box);
    expect(approval).toMatchObject({
      state: 'pending',
      effect: 'reversible',
      target: 'app.service',
      steps: [`edit ${join(box.cwd, 'app.json')}`],
      undo: ['the file is put back as it was'],
      run: result.session_id,
    });
    expect(result.error?.message).toContain(approval?.id);
    const shown = await box.run(['approvals', 'show', approval?.id ?? '']);
    expect(shown.stdout).toContain('undone by: the file is put back as it was');
    expect(shown.stdout).toContain('-{"port": 80}\n+{"port": 8080}');
    // From another folder: it is carried out where it was asked for.
    const approved = await box.json(['approvals', 'approve', approval?.id ?? '', '--comment', 'go on'], {
      cwd: box.home,
    });
    expect({ code: approved.code, outcome: approved.result.outcome }).toEqual({ code: 0, outcome: 'fixed' });
    expect(now()).toBe('{"port": 8080}\n');
    expect(await pending(box)).toEqual([]);
    const after = JSON.parse((await box.run(['approvals', 'show', approval?.id ?? '', '--json'])).stdout);
    expect(after).toMatchObject({
      state: 'done',
      answer: { kind: 'approve', comment: 'go on' },
      result: { outcome: 'fixed', run: approved.result.session_id },
    });
  });

  it('is one approval however often it is asked for', async () => {
    const { box, path } = site();
    await park(box, path);
    await park(box, path);
    expect(await pending(box)).toMatchObject([{ asked: 2 }]);
  });

  it('is not done when what it rests on has moved: the yes is void, and the new plan waits', async () => {
    const { box, path, now } = site();
    await park(box, path);
    const [approval] = await pending(box);
    writeFileSync(join(box.cwd, 'app.json'), '{"host": "a", "port": 80}\n');
    const { code } = await box.json(['approvals', 'approve', approval?.id ?? '']);
    expect(code).toBe(77);
    expect(now()).toBe('{"host": "a", "port": 80}\n');
    const [next] = await pending(box);
    expect(next?.id).not.toBe(approval?.id);
    expect(next?.digest).not.toBe(approval?.digest);
    const late = await box.run(['approvals', 'approve', approval?.id ?? '']);
    expect(late.code).toBe(42);
    expect(late.stderr).toContain('is void');
    expect((await box.json(['approvals', 'approve', next?.id ?? ''])).result.outcome).toBe('fixed');
    expect(now()).toBe('{"host": "a", "port": 8080}\n');
  });

  it('is denied once and for all, with the comment', async () => {
    const { box, path, now } = site();
    await park(box, path);
    const [approval] = await pending(box);
    const denied = await box.run(['approvals', 'deny', approval?.id ?? '', '--comment', 'not tonight']);
    expect(denied.code).toBe(0);
    const late = await box.run(['approvals', 'approve', approval?.id ?? '']);
    expect(late.code).toBe(42);
    expect(late.stderr).toMatch(/was answered already by \S+ at \S+: deny/);
    expect(now()).toBe('{"port": 80}\n');
  });

  it('expires, and says so to whoever answers too late', async () => {
    const { box, path, now } = site();
    await park(box, path);
    const [approval] = await pending(box);
    if (approval === undefined) throw new Error('nothing waits');
    const file = join(box.home, '.local/state/steward/approvals', `${approval.id}.json`);
    writeFileSync(file, JSON.stringify({ ...approval, expiresAt: Date.now() - 1 }));
    expect(await pending(box)).toEqual([]);
    const late = await box.run(['approvals', 'approve', approval.id]);
    expect(late.code).toBe(42);
    expect(late.stderr).toContain('has expired');
    expect(now()).toBe('{"port": 80}\n');
  });

  it('waits on while steward is paused: a yes is not used up for nothing', async () => {
    const { box, path, now } = site();
    await park(box, path);
    const [approval] = await pending(box);
    await box.run(['pause']);
    const refused = await box.run(['approvals', 'approve', approval?.id ?? '']);
    expect([refused.code, refused.stderr]).toEqual([42, expect.stringContaining('steward is paused by')]);
    expect([(await pending(box)).length, now()]).toEqual([1, '{"port": 80}\n']);
    await box.run(['resume']);
    expect((await box.json(['approvals', 'approve', approval?.id ?? ''])).result.outcome).toBe('fixed');
  });

  it('is not found under a name that nobody gave', async () => {
    const { box } = site();
    const { code, stderr } = await box.run(['approvals', 'approve', 'a-nothing']);
    expect(code).toBe(42);
    expect(stderr).toContain('there is no approval a-nothing');
  });

  it('is carried out once when two say yes at the same time', async () => {
    const { box, path, now } = site();
    await park(box, path);
    const [approval] = await pending(box);
    const both = await Promise.all([1, 2].map(() => box.run(['approvals', 'approve', approval?.id ?? ''])));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 42]);
    expect(now()).toBe('{"port": 8080}\n');
  });
});
