import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readNotes } from '../../../src/app/run/read-notes.ts';
import { createFiles } from '../../../src/host/index.ts';
import { createOpenGate } from '../../fakes/gate.ts';
import { createRecordingSink } from '../../fakes/sink.ts';

function setUp(gate = createOpenGate()) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'steward-notes-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cwd = join(folder, 'work');
  mkdirSync(cwd);
  const recorder = createRecordingSink();
  return {
    cwd,
    gate,
    outside: folder,
    read: () => readNotes({ world: { files: createFiles(), cwd }, gate, recorder }),
    notices: () => recorder.events.flatMap((event) => (event.type === 'notice.given' ? [event.text] : [])),
  };
}

describe('notes of a folder', () => {
  it('are AGENTS.md, else CLAUDE.md, else none', async () => {
    const { cwd, read, notices } = setUp();
    expect(await read()).toBeNull();
    writeFileSync(join(cwd, 'CLAUDE.md'), 'second');
    expect(await read()).toEqual({ path: `${cwd}/CLAUDE.md`, text: 'second' });
    writeFileSync(join(cwd, 'AGENTS.md'), 'first');
    expect(await read()).toEqual({ path: `${cwd}/AGENTS.md`, text: 'first' });
    expect(notices()).toEqual([]);
  });

  it('are asked for at the gate, as the file that a link within the folder leads to', async () => {
    const { cwd, gate, read } = setUp();
    mkdirSync(join(cwd, 'docs'));
    writeFileSync(join(cwd, 'docs/notes.md'), 'here');
    symlinkSync('docs/notes.md', join(cwd, 'AGENTS.md'));
    expect((await read())?.text).toBe('here');
    expect(gate.requests).toEqual([
      { id: 'N1', origin: 'look', action: { kind: 'read', path: `${cwd}/docs/notes.md` } },
    ]);
  });

  it('are left out, and told, when a link leads out of the folder', async () => {
    const { cwd, outside, gate, read, notices } = setUp();
    writeFileSync(join(outside, 'id_ed25519'), 'PRIVATE');
    symlinkSync('../id_ed25519', join(cwd, 'AGENTS.md'));
    expect(await read()).toBeNull();
    expect(notices()).toEqual([
      `${cwd}/AGENTS.md is left out: it leads out of the folder, to ${outside}/id_ed25519`,
    ]);
    expect(gate.requests).toEqual([]);
  });

  it('are left out when the gate refuses them', async () => {
    const { cwd, read, notices } = setUp(createOpenGate(() => ({ refuse: 'it holds secrets' })));
    writeFileSync(join(cwd, 'AGENTS.md'), 'x');
    expect(await read()).toBeNull();
    expect(notices()).toEqual([`${cwd}/AGENTS.md is left out: it holds secrets`]);
  });

  it('are never waited for, and have a limit', async () => {
    const { cwd, read, notices } = setUp();
    execFileSync('mkfifo', [join(cwd, 'AGENTS.md')]);
    writeFileSync(join(cwd, 'CLAUDE.md'), 'x'.repeat(1024 * 1024 + 1));
    expect(await read()).toBeNull();
    expect(notices()).toEqual([
      `${cwd}/AGENTS.md is left out: it is not a regular file`,
      expect.stringMatching(/CLAUDE\.md is left out: it has more than 1(\.0)? ?MiB$/),
    ]);
  });
});
