import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import { yieldTerminal } from './yield-terminal.ts';

/**
 * Hands a text to the operator's editor, on the terminal of this process, and gives what they left. The file is private
 * and gone afterwards. OpsError when the editor cannot be started or says that it failed: the text is then as it was.
 */
export function editText(
  text: string,
  { editor, env, cwd }: { editor: string; env: Readonly<Record<string, string | undefined>>; cwd: string },
): Promise<string> {
  return yieldTerminal(() => editInFile(text, editor, env, cwd));
}

async function editInFile(
  text: string,
  editor: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<string> {
  const folder = await mkdtemp(join(env.XDG_RUNTIME_DIR ?? tmpdir(), 'steward-edit-')).catch(() =>
    mkdtemp(join(tmpdir(), 'steward-edit-')),
  );
  try {
    const file = join(folder, 'prompt.md');
    await writeFile(file, text, { mode: 0o600 });
    await runEditor(editor, file, env, cwd);
    const edited = await readFile(file, 'utf8');
    // Editors end a file with a line feed, which nobody typed.
    return edited.endsWith('\n') && !text.endsWith('\n') ? edited.slice(0, -1) : edited;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `$EDITOR` may hold options, so a shell reads it, as git and crontab do. Ctrl+C is the editor's: the shell waits for it. */
function runEditor(
  editor: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `trap : INT; ${editor} "$1"`, editor, file], {
      stdio: 'inherit',
      env,
      cwd,
    });
    child.once('error', (error) => {
      reject(new OpsError('no-editor', 'tool', `${editor} could not be started`, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      if (code === 0) return resolve();
      const how = signal === null ? `exit ${code}` : signal;
      reject(
        new OpsError('editor-failed', 'tool', `${editor} ended with ${how}; the text is as it was`, {
          hint: 'set $VISUAL or $EDITOR to an editor that is here',
        }),
      );
    });
  });
}
