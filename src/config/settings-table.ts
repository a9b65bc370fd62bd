import { AUTONOMIES } from '../protocol/effect.ts';
import { ISOLATION_CHOICES } from '../protocol/isolation.ts';
import { ENVIRONMENT_ROWS } from './environment-rows.ts';
import { INCIDENT_ROWS } from './incident-rows.ts';
import { KNOWING_ROWS } from './knowing-rows.ts';
import { LIMIT_ROWS } from './limit-rows.ts';
import { NOTIFY_ROWS } from './notify-rows.ts';
import { PAGE_ROWS } from './page-rows.ts';
import { PERMISSION_ROWS } from './permission-rows.ts';
import { SCREEN_ROWS } from './screen-rows.ts';
import { row, type SettingRow } from './setting-row.ts';
import {
  anything,
  choice,
  count,
  dollars,
  duration,
  list,
  map,
  orNull,
  path,
  record,
  size,
  text,
  url,
} from './value-type.ts';

const provider = record(
  { kind: choice(['anthropic', 'ollama', 'openai-compatible']) },
  {
    base_url: url(),
    api_key_env: text('the name of an environment variable', {
      pattern: /^[A-Z][A-Z0-9_]*$/,
      example: 'OPENAI_API_KEY',
    }),
    api_key_credential: text('the name of a file in $CREDENTIALS_DIRECTORY', {
      pattern: /^[\w.-]+$/,
      example: 'openai',
    }),
    /** Where the text goes; decides what `egress: local` lets through. */
    place: choice(['local', 'cloud']),
    context_tokens: count(),
    max_output_tokens: count(),
    price: record({ input: dollars(), output: dollars() }, { cache_read: dollars(), cache_write: dollars() }),
  },
);

const endpoint = record({ name: text(), url: url() }, { expect_status: count('an HTTP status', 100) });

/** The one place in which a setting is declared. Spelled as in the file; a dot is a level. */
export const SETTINGS_TABLE = {
  model: row(
    orNull(text()),
    null,
    'replace',
    'never',
    'STEWARD_MODEL',
    'Model to use: `claude-…`, or `<provider>/<model>` with a provider from `providers`. Without one, runs are rules only.',
  ),
  fallback_models: row(
    list(text()),
    [],
    'replace',
    'never',
    'STEWARD_FALLBACK_MODELS',
    'Models to try, in order, when the first is not available. A cloud model is used after a local one only if it is listed here.',
  ),
  providers: row(
    map(provider),
    {},
    'by-name',
    'never',
    null,
    'Model servers by name. `price` is in dollars per million tokens; `place` says whether text leaves your network.',
  ),
  ...PERMISSION_ROWS,
  autonomy: row(
    choice(AUTONOMIES),
    'propose',
    'replace',
    'lower',
    'STEWARD_AUTONOMY',
    'The furthest any run may go without a person, whatever its goal says.',
  ),
  isolation: row(
    choice(ISOLATION_CHOICES),
    'auto',
    'replace',
    'lower',
    'STEWARD_ISOLATION',
    'What confines commands. `auto`: the hardened unit steward runs in, else bubblewrap for what is more than observing; without either, commands only observe. `bwrap`: bubblewrap for every command, or none runs. `unit`: only in a hardened unit. `none`: nothing, accepted.',
  ),
  executor: row(
    text('`auto`, `never` or the path of its socket', { pattern: /^(auto|never|\/.+)$/, example: 'auto' }),
    'auto',
    'replace',
    'never',
    'STEWARD_EXECUTOR',
    'Through which socket an unprivileged steward asks for changes that need root. `auto`: the shipped one, where it is there and nobody sits at the terminal.',
  ),
  executor_autonomy: row(
    choice(AUTONOMIES),
    'propose',
    'replace',
    'never',
    null,
    'How far the executor goes without an approval. It reads this from /etc/steward/steward.yaml only.',
  ),
  executor_approvers: row(
    list(text('a user, or `@` and a group')),
    ['root', '@steward-approvers'],
    'replace',
    'never',
    null,
    'Who may answer what waits at the executor; never whoever asked for it, nor the user `steward`. Read from /etc/steward/steward.yaml only.',
  ),
  ...LIMIT_ROWS,
  'probes.disabled': row(list(text()), [], 'append', 'never', null, 'Probes that do not run here.'),
  'probes.dirs': row(list(path()), [], 'append', 'never', null, 'More folders with probe files.'),
  'probes.parameters': row(
    map(map(anything())),
    {},
    'by-name',
    'never',
    null,
    'What shipped probes are told, by probe and name: where a service is, which certificates, which ports. docs/probes.md lists them.',
  ),
  endpoints: row(
    list(endpoint),
    [],
    'by-name',
    'never',
    null,
    'Addresses that the probe `endpoints` asks for; `expect_status` is 200 unless given.',
  ),
  ...ENVIRONMENT_ROWS,
  'ssh.hosts': row(
    list(
      text('the name of a host, as ssh knows it', { pattern: /^[A-Za-z0-9][\w.-]*$/, example: 'nas.lan' }),
    ),
    [],
    'append',
    'never',
    null,
    'Machines on which commands may be run by `Ssh`: each is judged as it would be here. Their keys are known to ssh already.',
  ),
  'changes.dead_man': row(
    duration(),
    300_000,
    'replace',
    'never',
    null,
    'After a change of network, firewall, sshd or DNS: how long until the old state comes back unless it was verified.',
  ),
  'retention.days': row(
    count(),
    90,
    'replace',
    'never',
    null,
    'Run logs and snapshots older than this are removed.',
  ),
  'retention.keep': row(
    count(),
    500,
    'replace',
    'never',
    null,
    'This many run logs, the newest, are kept however old they are.',
  ),
  'output.limit': row(
    size(1024),
    16 * 1024,
    'replace',
    'lower',
    'STEWARD_OUTPUT_LIMIT',
    'Output of one tool call that a model gets to read; the whole is kept in a file.',
  ),
  ...INCIDENT_ROWS,
  ...KNOWING_ROWS,
  ...NOTIFY_ROWS,
  ...PAGE_ROWS,
  state_dir: row(
    orNull(path()),
    null,
    'replace',
    'never',
    'STEWARD_STATE_DIR',
    'Where steward keeps its logs and state.',
  ),
  'goals.enabled': row(
    list(text()),
    [],
    'append',
    'never',
    null,
    'Goals that ship disabled and are wanted here.',
  ),
  ...SCREEN_ROWS,
  'mask.values_from': row(
    list(path()),
    [],
    'append',
    'never',
    null,
    'Files whose values (`NAME=value` lines, or the whole of a one-line file) are masked wherever something is shown, logged or sent.',
  ),
};

export type SettingsTable = typeof SETTINGS_TABLE;
export type SettingKey = keyof SettingsTable;

type ValueOf<K extends SettingKey> = SettingsTable[K] extends SettingRow<infer T> ? T : never;
type Group<K extends string> = K extends `${infer G}.${string}` ? G : K;

/** The table's values, nested as in the file. Durations are milliseconds, sizes bytes, `null` is "not set". */
export type Settings = {
  [G in Group<SettingKey>]: G extends SettingKey
    ? ValueOf<G>
    : { [K in SettingKey as K extends `${G}.${infer Rest}` ? Rest : never]: ValueOf<K> };
};

export type ProviderSettings = Settings['providers'][string];

/** Every row with its key, in the order of the table, without the exact type of its value. */
export function settingRows(): { key: SettingKey; row: SettingRow<unknown> }[] {
  // A row is only ever given values that its own `type` has read, so forgetting T is safe.
  return Object.entries(SETTINGS_TABLE).map(([key, entry]) => ({
    key: key as SettingKey,
    row: entry as unknown as SettingRow<unknown>,
  }));
}
