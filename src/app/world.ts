import { homedir } from 'node:os';
import { type LoadedSettings, loadSettings, type Settings, stateFolder } from '../config/index.ts';
import {
  createClock,
  createFiles,
  createHttp,
  createIsolation,
  createMemoryStore,
  createOperatorFiles,
  openDiskStore,
  readHostIdentity,
} from '../host/index.ts';
import { createMasker, type Masker } from '../lib/mask.ts';
import { OpsError } from '../lib/ops-error.ts';
import { version } from '../lib/version.ts';
import type { Clock, Files, HostIdentity, Http, OperatorFiles } from '../protocol/machine.ts';
import type { StateStore } from '../protocol/store.ts';
import { type Environment, readKnownSecrets } from './masking/known-secrets.ts';
import { readMaskSalt } from './masking/mask-salt.ts';

/** Everything that is the same for all runs of this process: the machine, the settings, the state. */
export interface World {
  version: string;
  env: Environment;
  cwd: string;
  home: string;
  clock: Clock;
  host: HostIdentity;
  isolation: ReturnType<typeof createIsolation>;
  operatorFiles: OperatorFiles;
  files: Files;
  http: Http;
  store: StateStore;
  loaded: LoadedSettings;
  settings: Settings;
  masker: Masker;
  /** What people should know about how this was put together: one line each. */
  notices: string[];
}

export interface WorldOptions {
  env: Environment;
  cwd: string;
  /** `--settings`. */
  settings: string | null;
  /** Flags that set one setting, as typed: `{ 'limits.turns': '5' }`. */
  flagValues: Record<string, string | readonly string[]>;
  /** How such a flag is spelled, for its errors. */
  flagNames: Record<string, string>;
  /** False with --no-session-persistence. */
  isPersistent: boolean;
  /** Settings of the system and no others. */
  isSystemOnly?: boolean;
  /** Also with a settings file that is wrong, which is then left out. */
  isLenient?: boolean;
}

/** Throws OpsError `settings` for a settings file that is wrong. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { env, cwd } = options;
  const home = env.HOME ?? homedir();
  const operatorFiles = createOperatorFiles();
  const loaded = await loadSettings({
    files: operatorFiles,
    env,
    cwd,
    home,
    isSystemOnly: options.isSystemOnly ?? false,
    isLenient: options.isLenient ?? false,
    flags: { settings: options.settings, values: options.flagValues, names: options.flagNames },
  });
  const { settings } = loaded;
  const { store, notice } = openStore(options, settings.state_dir ?? stateFolder(env, home));
  return {
    version: version(),
    env,
    cwd,
    home,
    clock: createClock(),
    host: readHostIdentity(),
    isolation: createIsolation({ choice: settings.isolation }),
    operatorFiles,
    files: createFiles(),
    http: createHttp(),
    store,
    loaded,
    settings,
    masker: createMasker(await readKnownSecrets(settings, env, operatorFiles), await readMaskSalt(store)),
    notices: [...loaded.notices, ...(notice === null ? [] : [notice])],
  };
}

/** A folder that cannot be written is no reason to look away: without a log we look, and touch nothing. */
function openStore(options: WorldOptions, folder: string): { store: StateStore; notice: string | null } {
  if (!options.isPersistent) return { store: createMemoryStore('--no-session-persistence'), notice: null };
  try {
    return { store: openDiskStore(folder), notice: null };
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    const notice = `${error.message}; nothing is kept and only looking is allowed`;
    return { store: createMemoryStore(error.message), notice };
  }
}
