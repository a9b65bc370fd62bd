import { OpsError } from '../lib/ops-error.ts';
import type { OperatorFiles } from '../protocol/machine.ts';
import { SYSTEM_STATE_FOLDER } from '../protocol/system-view.ts';

type Environment = Record<string, string | undefined>;

/**
 * Where runs are kept when settings name no folder: STEWARD_STATE_DIR, then what systemd gives a service (a
 * colon-separated list whose first is the unit's own), then the home of the shipped units' user, then the XDG state folder. Relative paths are ignored.
 */
export function stateFolder(env: Environment, home: string): string {
  const given = [env.STEWARD_STATE_DIR, env.STATE_DIRECTORY?.split(':')[0]].find((path) =>
    path?.startsWith('/'),
  );
  if (given) return given;
  // Whoever becomes that user by hand means the state of the units.
  if (home === SYSTEM_STATE_FOLDER) return home;
  const xdg = env.XDG_STATE_HOME;
  return xdg?.startsWith('/') ? `${xdg}/steward` : `${home}/.local/state/steward`;
}

/**
 * A key from the environment, or from the credential file that systemd puts in place for a service
 * (`LoadCredential=`). undefined when neither is there. Never logged, never in a message.
 */
export async function readApiKey(
  { variable, credential }: { variable: string | null; credential: string | null },
  { env, files }: { env: Environment; files: OperatorFiles },
): Promise<string | undefined> {
  const given = variable === null ? undefined : env[variable]?.trim();
  if (given) return checkKey(given, `$${variable}`);
  const folder = env.CREDENTIALS_DIRECTORY;
  if (credential === null || !folder?.startsWith('/')) return undefined;
  const text = (await files.readText(`${folder}/${credential}`))?.trim();
  return text ? checkKey(text, `the credential ${credential}`) : undefined;
}

/** A key goes into an HTTP header: white space inside means that something else was put there. */
function checkKey(key: string, place: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new OpsError(
    'bad-key',
    'login',
    `${place} does not hold a key: there is white space or no ASCII in it`,
    {
      hint: 'Put the key alone into it, on one line.',
    },
  );
}
