import { mkdir, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OpsError } from '../lib/ops-error.ts';
import { errorCode } from './state-errors.ts';

/**
 * A new file that the operator named, private to them; never over one that is there. Gives its absolute path. OpsError
 * `input` when it cannot be made. It needs no permit: no model has a say in it.
 */
export async function writeOwnFile(path: string, cwd: string, text: string): Promise<string> {
  const whole = resolve(cwd, path);
  try {
    const file = await open(whole, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return whole;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      throw new OpsError('file-there', 'input', `${whole} is there already`, { hint: 'give another name' });
    }
    throw new OpsError('unwritable', 'input', `${whole} cannot be written: ${errorCode(error) ?? error}`, {
      cause: error,
    });
  }
}

/** A folder for files of the operator's own, private to them where it is new. OpsError `input` when it cannot be made. */
export async function mkdirOwn(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OpsError('unwritable', 'input', `${folder} cannot be made: ${errorCode(error) ?? error}`, {
      cause: error,
    });
  }
}
