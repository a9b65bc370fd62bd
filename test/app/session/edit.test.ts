import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editPrompt } from '../../../src/app/session/edit.ts';
import { openBench } from './support.ts';

async function withEditor(script: string, variable = 'EDITOR') {
  const bench = await openBench({ PATH: '/usr/bin:/bin' });
  const editor = join(bench.home, 'my editor');
  writeFileSync(editor, `#!/bin/sh\n${script}\n`);
  chmodSync(editor, 0o755);
  bench.session.options.env[variable] = `'${editor}' --wait`;
  bench.session.options.env.XDG_RUNTIME_DIR = bench.home;
  return bench;
}

describe('editing a prompt elsewhere', () => {
  it('gives what the editor left, from a file that nobody else can read and that is gone after', async () => {
    const { session, home } = await withEditor(
      'stat -c "%a %n" "$2" "$(dirname "$2")" > "$HOME/seen"; test "$1" = --wait && printf "new\\nwords\\n" > "$2"',
    );
    expect(await editPrompt(session, 'old')).toBe('new\nwords');
    const seen = readFileSync(join(home, 'seen'), 'utf8');
    expect(seen).toMatch(/^600 .*prompt\.md\n700 /);
    expect(readdirSync(home).filter((name) => name.startsWith('steward-edit-'))).toEqual([]);
  });

  it('prefers $VISUAL', async () => {
    const { session } = await withEditor('echo visual > "$2"', 'VISUAL');
    session.options.env.EDITOR = 'false';
    expect(await editPrompt(session, '')).toBe('visual');
  });

  it('keeps the text as it was when the editor fails', async () => {
    const { session, home } = await withEditor('echo half > "$2"; exit 7');
    await expect(editPrompt(session, 'old')).rejects.toMatchObject({ code: 'editor-failed' });
    expect(readdirSync(home).filter((name) => name.startsWith('steward-edit-'))).toEqual([]);
    session.options.env.EDITOR = '/no/such/editor';
    await expect(editPrompt(session, 'old')).rejects.toMatchObject({ code: 'editor-failed' });
  });
});
