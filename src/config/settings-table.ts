import { AUTONOMIES } from '../protocol/effect.ts';
import { ISOLATION_CHOICES } from '../protocol/isolation.ts';
import type { Trigger } from '../protocol/trigger.ts';
import { INCIDENT_ROWS } from './incident-rows.ts';
import { KNOWING_ROWS } from './knowing-rows.ts';
import { NOTIFY_ROWS } from './notify-rows.ts';
import { PAGE_ROWS } from './page-rows.ts';
import { PERMISSION_ROWS } from './permission-rows.ts';
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
  type ValueType,
} from './value-type.ts';

/** Variables that say where a service is. Names of secrets are not among them: a secret is not a setting. */
export const ENDPOINT_VARIABLES = [
  'NOMAD_ADDR',
  'NOMAD_NAMESPACE',
  'NOMAD_REGION',
  'NOMAD_CACERT',
  'NOMAD_CAPATH',
  'NOMAD_CLIENT_CERT',
  'NOMAD_CLIENT_KEY',
  'NOMAD_TLS_SERVER_NAME',
  'CONSUL_HTTP_ADDR',
  'CONSUL_HTTP_SSL',
  'CONSUL_CACERT',
  'CONSUL_CAPATH',
  'CONSUL_CLIENT_CERT',
  'CONSUL_CLIENT_KEY',
  'CONSUL_NAMESPACE',
  'CONSUL_TLS_SERVER_NAME',
  'CONSUL_HTTP_TOKEN_FILE',
  'VAULT_ADDR',
  'VAULT_CACERT',
  'VAULT_NAMESPACE',
  'KUBECONFIG',
  'DOCKER_HOST',
  'CONTAINER_HOST',
  'INCUS_REMOTE',
  'RESTIC_REPOSITORY',
  'RESTIC_PASSWORD_FILE',
  'BORG_REPO',
  'PGHOST',
  'PGPORT',
  'PGUSER',
  'PGDATABASE',
  'PGPASSFILE',
  'ETCDCTL_ENDPOINTS',
] as const;

const TRIGGERS = ['manual', 'timer', 'alert', 'on-failure', 'resume'] as const satisfies Trigger['kind'][];

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
  'limits.turns': row(
    orNull(count()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_TURNS',
    'Model replies in one run.',
  ),
  'limits.calls': row(
    orNull(count()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_CALLS',
    'Tool calls in one run.',
  ),
  'limits.tokens': row(
    orNull(count()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_TOKENS',
    'Tokens, in and out, in one run.',
  ),
  'limits.usd': row(
    orNull(dollars()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_BUDGET_USD',
    'Money in one run.',
  ),
  'limits.duration': row(
    orNull(duration()),
    null,
    'replace',
    'lower',
    'STEWARD_MAX_DURATION',
    'Wall time of one run.',
  ),
  'budgets.usd_per_day': row(
    orNull(dollars()),
    null,
    'replace',
    'lower',
    null,
    'Money of all runs of a day together. When it is spent, runs are rules only.',
  ),
  'budgets.usd_per_month': row(
    orNull(dollars()),
    null,
    'replace',
    'lower',
    null,
    'The same for a calendar month.',
  ),
  'budgets.usd_per_day_by_trigger': row(
    map(dollars(), TRIGGERS),
    {},
    'by-name',
    'lower',
    null,
    'Money a day for runs that were started in one way, so that an alert storm cannot spend the night check.',
  ),
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
  environment: row(
    map(variable(), ENDPOINT_VARIABLES),
    {},
    'by-name',
    'never',
    null,
    'Variables for the commands steward runs: where a service is, never a secret.',
  ),
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
  'screen.theme': row(
    choice(['terminal', 'light', 'dark', 'ansi']),
    'terminal',
    'replace',
    'never',
    null,
    "Colours of the screen. `terminal`: the terminal's own; `ansi`: only its eight basic ones. NO_COLOR goes over all.",
  ),
  'screen.animation': row(
    choice(['on', 'off']),
    'on',
    'replace',
    'never',
    null,
    'Whether anything on the screen moves while it waits.',
  ),
  'screen.notify': row(
    choice(['auto', 'bell', 'off']),
    'auto',
    'replace',
    'never',
    null,
    'How you are called, when you look elsewhere, to answer a question or to the end of a turn of more than 10 s. `auto`: by a notification where the terminal has them, else by a bell.',
  ),
  'screen.probes': row(
    list(text()),
    ['systemd-failed', 'disk', 'memory', 'oom', 'reboot-needed'],
    'replace',
    'never',
    null,
    'Probes of the quick look that a session begins with. They should be cheap: it is taken each time.',
  ),
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

/** Ports are numbers in YAML; a variable is text. */
function variable(): ValueType<string> {
  const plain = text();
  return {
    ...plain,
    jsonSchema: { type: ['string', 'number'] },
    read: (raw, context) => plain.read(typeof raw === 'number' ? String(raw) : raw, context),
  };
}
