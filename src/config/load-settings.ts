import { OpsError } from '../lib/ops-error.ts';
import type { OperatorFiles } from '../protocol/machine.ts';
import { mergeLevels, type Origin } from './merge-levels.ts';
import { type Level, readEnvironmentLevel, readFileLevel, readFlagLevel } from './read-level.ts';
import type { SettingKey, Settings } from './settings-table.ts';

export interface SettingsInput {
  files: OperatorFiles;
  env: Record<string, string | undefined>;
  cwd: string;
  home: string;
  /** For what must not be told what to do by whoever calls it: /etc/steward and nothing else. */
  isSystemOnly?: boolean;
  /** A file that is wrong is left out, with a notice: for what has to work all the same. */
  isLenient?: boolean;
  flags: {
    /** `--settings`: a file, or the settings themselves as JSON. */
    settings: string | null;
    /** Flags that set one setting: its key → the text as typed. `--max-turns 5` is `{ 'limits.turns': '5' }`. */
    values: Readonly<Record<string, string | readonly string[]>>;
    /** How such a flag is spelled, for its errors: `{ 'limits.turns': '--max-turns' }`. */
    names?: Readonly<Record<string, string>>;
  };
}

export interface LoadedSettings {
  settings: Settings;
  /** Where each setting got its value; those not listed have their default. */
  origins: Partial<Record<SettingKey, Origin[]>>;
  /** Files that were there, lowest level first. */
  sources: string[];
  /** What a project file asked for and did not get: one line each, for people. */
  notices: string[];
}

/**
 * Levels, lowest first: /etc/steward, the user's file, the project's file (which can only tighten), the environment,
 * `--settings`, single flags. Throws OpsError `settings` with file, line and key; a file that is not there is fine,
 * one that cannot be read is not.
 */
export async function loadSettings(input: SettingsInput): Promise<LoadedSettings> {
  const { files, env, cwd, home, flags } = input;
  const context = { home };
  const levels: Level[] = [];
  const sources: string[] = [];
  const leftOut: string[] = [];
  for (const { name, path } of settingsFiles(env, cwd, home)) {
    if (input.isSystemOnly === true && name !== 'system') continue;
    try {
      const text = await files.readText(path);
      if (text === undefined) continue;
      levels.push(await readFileLevel(name, path, text, context));
      sources.push(path);
    } catch (error) {
      if (input.isLenient !== true || !(error instanceof OpsError)) throw error;
      leftOut.push(`${error.message}; this file is left out`);
    }
  }
  if (input.isSystemOnly !== true) levels.push(readEnvironmentLevel(env, context));
  if (flags.settings !== null) {
    const given = await readSettingsFlag(flags.settings, files);
    sources.push(given.source);
    levels.push(await readFileLevel('command line', given.source, given.text, context));
  }
  levels.push(readFlagLevel(flags.values, context, flags.names));
  const merged = mergeLevels(levels);
  return { ...merged, notices: [...leftOut, ...merged.notices], sources };
}

/** The user's folder for settings, goals and probes. A relative XDG path is to be ignored, says its specification. */
export function configFolder(env: Record<string, string | undefined>, home: string): string {
  const xdg = env.XDG_CONFIG_HOME;
  return xdg?.startsWith('/') ? `${xdg}/steward` : `${home}/.config/steward`;
}

function settingsFiles(
  env: Record<string, string | undefined>,
  cwd: string,
  home: string,
): { name: Level['name']; path: string }[] {
  return [
    { name: 'system', path: '/etc/steward/steward.yaml' },
    { name: 'user', path: `${configFolder(env, home)}/steward.yaml` },
    { name: 'project', path: `${cwd}/.steward/steward.yaml` },
  ];
}

async function readSettingsFlag(
  given: string,
  files: OperatorFiles,
): Promise<{ source: string; text: string }> {
  if (given.trimStart().startsWith('{')) return { source: '--settings', text: given };
  const text = await files.readText(given);
  if (text === undefined) {
    throw new OpsError('no-settings-file', 'settings', `--settings: there is no file ${given}`, {
      hint: 'it takes the path of a file, or JSON in braces: \'{"limits":{"turns":3}}\'',
    });
  }
  return { source: given, text };
}
