import { type CommandRow, JSON_OPTION } from './command-row.ts';

/** Commands that put steward on a machine, and take it away. */
export const INSTALL_COMMANDS: CommandRow[] = [
  {
    name: 'setup',
    usage: 'steward setup [--yes] [--dry-run] | --remove [--keep-state]',
    doc: 'Set the machine’s steward up: model and key, who is told, budget, timer and units; try it, and say what a month costs',
    options: [
      { name: 'yes', type: 'flag', doc: 'Ask nothing: what no flag says is as it is by default' },
      { name: 'dry-run', type: 'flag', doc: 'Show every file and command, and do nothing' },
      {
        name: 'remove',
        type: 'flag',
        doc: 'Take everything back that setup and triggers did, with the log of every run',
      },
      { name: 'keep-state', type: 'flag', doc: 'With --remove: keep the logs' },
      { name: 'model', type: 'value', hint: 'NAME', doc: 'claude-…, ollama/NAME, or none: rules only' },
      {
        name: 'key-file',
        type: 'value',
        hint: 'FILE',
        doc: 'The key of the model’s provider; kept for root in /etc/credstore',
      },
      { name: 'ntfy', type: 'value', hint: 'URL', doc: 'Whom it tells: https://SERVER/TOPIC' },
      { name: 'ntfy-token-file', type: 'value', hint: 'FILE', doc: 'The token for that topic' },
      { name: 'usd-per-month', type: 'value', hint: 'N', doc: 'Dollars for models in a month, at most' },
      { name: 'usd-per-day', type: 'value', hint: 'N', doc: 'The same for a day' },
      {
        name: 'check',
        type: 'value',
        hint: 'WHEN',
        doc: 'When the health check runs, as systemd writes times; never: not at all',
      },
      {
        name: 'on-failure',
        type: 'value',
        hint: 'UNITS',
        doc: 'Whose failure begins a look: all, none, or names',
      },
      {
        name: 'listen',
        type: 'value',
        hint: 'HOST:PORT',
        doc: 'Where alerts are taken; by default 127.0.0.1:9097',
      },
      {
        name: 'operator',
        type: 'value',
        hint: 'USER,…',
        doc: 'Who may see the system’s runs, and answer what waits',
      },
      { name: 'executor', type: 'flag', doc: 'Also what carries out, as root, what somebody approved' },
      { name: 'no-check', type: 'flag', doc: 'Do not try the health check' },
    ],
    load: async () => (await import('./commands/index.ts')).setup,
  },
  {
    name: 'triggers',
    usage:
      'steward triggers list | install GOAL --on-calendar WHEN | install --on-failure UNIT,…|all | uninstall …',
    doc: 'Timers for goals, and the units whose failure begins a look',
    options: [
      {
        name: 'on-calendar',
        type: 'value',
        hint: 'WHEN',
        doc: 'hourly, daily, "Mon..Fri 06:30": systemd.time(7)',
      },
      { name: 'random-delay', type: 'value', hint: 'TIME', doc: 'Spread over so long; by default 10min' },
      { name: 'on-failure', type: 'value', hint: 'UNITS', doc: 'Services, or all of them' },
      { name: 'dry-run', type: 'flag', doc: 'Show every file and command, and do nothing' },
      JSON_OPTION,
    ],
    load: async () => (await import('./commands/index.ts')).triggers,
  },
];
