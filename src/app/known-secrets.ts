import type { Settings } from '../config/index.ts';
import type { OperatorFiles } from '../protocol/machine.ts';

export type Environment = Record<string, string | undefined>;

/** Names of variables whose values must never be shown, whatever they are. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$/;
/** Shorter values would mask ordinary words. */
const MIN_LENGTH = 6;

/**
 * Secrets that this process can know of: variables with telling names, systemd's credentials, and the files that
 * settings list. They are masked wherever something is shown, logged or sent.
 */
export async function readKnownSecrets(
  settings: Settings,
  env: Environment,
  files: OperatorFiles,
): Promise<string[]> {
  const fromEnvironment = Object.entries(env).flatMap(([name, value]) =>
    SECRET_NAME.test(name) ? [value ?? ''] : [],
  );
  const credentials = env.CREDENTIALS_DIRECTORY?.startsWith('/') ? env.CREDENTIALS_DIRECTORY : null;
  const names = credentials === null ? [] : await files.list(credentials);
  const texts = await Promise.all(
    [...names.map((name) => `${credentials}/${name}`), ...settings.mask.values_from].map((path) =>
      files.readText(path),
    ),
  );
  return [...fromEnvironment, ...texts.flatMap((text) => valuesOf(text ?? ''))]
    .map((value) => value.trim())
    .filter((value) => value.length >= MIN_LENGTH);
}

/** `NAME=value` lines, or the whole of a one-line file. */
function valuesOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map(
    (line) => /^(?:export\s+)?[A-Za-z_]\w*=(.*)$/.exec(line)?.[1]?.replace(/^["']|["']$/g, '') ?? line,
  );
}
