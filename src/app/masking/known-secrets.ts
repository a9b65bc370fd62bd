import type { Settings } from '../../config/index.ts';
import { kindOfName } from '../../lib/mask/names.ts';
import { isPlaceholder } from '../../lib/mask/values.ts';
import type { OperatorFiles } from '../../protocol/machine.ts';

export type Environment = Record<string, string | undefined>;

/** Shorter values would mask ordinary words. */
const MIN_LENGTH = 6;

/**
 * Secrets that this process can know of: variables with telling names, passwords in addresses, systemd's
 * credentials, and the files that settings list. They are masked wherever something is shown, logged or sent.
 */
export async function readKnownSecrets(
  settings: Settings,
  env: Environment,
  files: OperatorFiles,
): Promise<string[]> {
  const channels = Object.values(settings.notify.channels);
  const keyNames = [
    ...Object.values(settings.providers).map(({ api_key_env: name }) => name),
    ...channels.map(({ secret_env: name }) => name),
    'STEWARD_HEARTBEAT_URL',
  ];
  const keyFiles = channels.flatMap(({ secret_file: file }) => file ?? []);
  const credentials = env.CREDENTIALS_DIRECTORY?.startsWith('/') ? env.CREDENTIALS_DIRECTORY : null;
  const names = credentials === null ? [] : await files.list(credentials);
  const texts = await Promise.all(
    [...names.map((name) => `${credentials}/${name}`), ...settings.mask.values_from, ...keyFiles].map(
      (path) => files.readText(path),
    ),
  );
  return [
    ...secretsOfEnvironment(env),
    ...keyNames.map((name) => (name == null ? '' : (env[name] ?? ''))),
    // Addresses carry passwords: `https://user:password@host/`.
    ...Object.values(settings.environment).flatMap(passwordOf),
    ...texts.flatMap((text) => valuesOf(text ?? '')),
  ]
    .map((value) => value.trim())
    .filter((value) => value.length >= MIN_LENGTH);
}

/** All that is known before settings are read. */
export function secretsOfEnvironment(env: Environment): string[] {
  const named = Object.entries(env).flatMap(([name, value = '']) =>
    isSecretName(name) && !isPlaceholder(value) ? [value] : [],
  );
  return [...named, ...Object.values(env).flatMap(passwordOf)];
}

/** By POSIX, the directory where somebody works. */
const DIRECTORIES = ['PWD', 'OLDPWD'];

function isSecretName(name: string): boolean {
  if (DIRECTORIES.includes(name)) return false;
  return /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$/.test(name) || kindOfName(name) !== null;
}

/** As it is spelled, and as it is meant. */
function passwordOf(address: string | null | undefined): string[] {
  if (address == null || !address.includes('://') || !address.includes('@') || !URL.canParse(address))
    return [];
  const { password } = new URL(address);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** `NAME=value` lines, or the whole of a one-line file. */
function valuesOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map(
    (line) => /^(?:export\s+)?[A-Za-z_]\w*=(.*)$/.exec(line)?.[1]?.replace(/^["']|["']$/g, '') ?? line,
  );
}
