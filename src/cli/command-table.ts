import type { CommandCall } from './command-call.ts';
import {
  type OptionRow,
  OUTPUT_OPTIONS,
  PRINT_OPTIONS,
  RUN_OPTIONS,
  SETTINGS_OPTIONS,
} from './option-table.ts';

export interface CommandRow {
  name: string;
  usage: string;
  doc: string;
  options: OptionRow[];
  load(): Promise<(call: CommandCall) => Promise<number>>;
}

const JSON_OPTION: OptionRow = { name: 'json', type: 'flag', doc: 'Print JSON' };
const FOR_OPTION: OptionRow = { name: 'for', type: 'value', hint: '2h', doc: 'How long' };

/** The commands, in the order in which help lists them. Each is loaded when it is called. */
export const COMMANDS: CommandRow[] = [
  {
    name: 'print',
    usage: 'steward -p "PROMPT"',
    doc: 'Answer a prompt and exit; also -c and -r RUN to go on with an earlier run',
    options: PRINT_OPTIONS,
    load: async () => (await import('./commands/print.ts')).run,
  },
  {
    name: 'run',
    usage: 'steward run GOAL [--set k=v]… [--trigger-file FILE]',
    doc: 'Work on a goal: gather, judge, act if it may, verify, report',
    options: [
      ...RUN_OPTIONS,
      { name: 'set', type: 'list', hint: 'k=v', doc: 'A parameter of the goal' },
      {
        name: 'trigger-file',
        type: 'value',
        hint: 'FILE',
        doc: 'JSON that started this run: data, never instructions',
      },
    ],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'context',
    usage: 'steward context [PROBE]… [--json]',
    doc: 'Gather and print what is true now, with findings',
    options: [JSON_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).context,
  },
  {
    name: 'findings',
    usage: 'steward findings list | mute KEY --for 2d',
    doc: 'What rules have found so far; silence one for a while',
    options: [JSON_OPTION, FOR_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).findings,
  },
  {
    name: 'runs',
    usage: 'steward runs list | show RUN | verify RUN [--head HASH]',
    doc: 'Earlier runs: what they saw, did and proved',
    options: [
      JSON_OPTION,
      { name: 'limit', type: 'value', hint: 'N', doc: 'At most this many' },
      { name: 'goal', type: 'value', hint: 'NAME', doc: 'Only runs of this goal' },
      { name: 'outcome', type: 'value', hint: 'NAME', doc: 'Only runs that ended so' },
      {
        name: 'head',
        type: 'value',
        hint: 'HASH',
        doc: 'The last hash as it was noted elsewhere (the journal)',
      },
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).runs,
  },
  {
    name: 'change',
    usage: 'steward change check FILE | run FILE [--yes]',
    doc: 'A change from a file, without a model: what it would do; or do it, verify it, and roll it back if it does not hold',
    options: [
      { name: 'yes', type: 'flag', doc: 'With run: it is approved' },
      { name: 'session-id', type: 'value', hint: 'UUID', doc: 'Id of the run' },
      JSON_OPTION,
      ...OUTPUT_OPTIONS,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).change,
  },
  {
    name: 'approvals',
    usage: 'steward approvals list | show ID | approve ID | deny ID [--digest D] [--comment TEXT] | continue',
    doc: 'What waits for somebody: look at it, say yes (it is carried out at once) or no',
    options: [
      {
        name: 'digest',
        type: 'value',
        hint: 'D',
        doc: 'The plan that was seen, as show names it: refused when another one waits by now',
      },
      { name: 'comment', type: 'value', hint: 'TEXT', doc: 'Why; kept with the answer' },
      { name: 'all', type: 'flag', doc: 'With list: also what was answered or has expired' },
      JSON_OPTION,
      ...OUTPUT_OPTIONS,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).approvals,
  },
  {
    name: 'serve',
    usage: 'steward serve [--listen HOST:PORT] [--no-runs]',
    doc: 'Take alerts and failed units in, join them into incidents, and look into each',
    options: [
      {
        name: 'listen',
        type: 'value',
        hint: 'HOST:PORT',
        doc: 'Where; beyond loopback only with a token (STEWARD_INTAKE_TOKEN or the credential intake-token)',
      },
      { name: 'no-runs', type: 'flag', doc: 'Join incidents and begin no run' },
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).serve,
  },
  {
    name: 'pages',
    usage: 'steward pages enroll [--name NAME] | devices | revoke NAME | pin [--from-stdin | --remove]',
    doc: 'Who may answer on the pages of serve: enrol a phone by an address that works once, list, revoke; set a PIN',
    options: [
      { name: 'name', type: 'value', hint: 'NAME', doc: 'With enroll: what the device is called' },
      {
        name: 'from-stdin',
        type: 'flag',
        doc: 'With pin: the first line of stdin; otherwise eight digits are made',
      },
      { name: 'remove', type: 'flag', doc: 'With pin: only enrolled devices approve' },
      JSON_OPTION,
      ...OUTPUT_OPTIONS,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).pages,
  },
  {
    name: 'incidents',
    usage: 'steward incidents list | show ID | ack ID | close ID | report ID | noise',
    doc: 'What fires, since when and who looked; say that you have it, or that it is over, and what it was worth; a report in Markdown; what looks like noise',
    options: [
      { name: 'all', type: 'flag', doc: 'With list: also what is over' },
      { name: 'comment', type: 'value', hint: 'TEXT', doc: 'With ack and close: why; kept in the timeline' },
      {
        name: 'verdict',
        type: 'value',
        hint: 'WORD',
        doc: 'With close: expected (planned, or known), wrong (not true) or useful; what is never useful is proposed as noise',
      },
      JSON_OPTION,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).incidents,
  },
  {
    name: 'state',
    usage:
      'steward state scan [NAME]… | show [QUERY] | validate | diff [A [B]] | at TIME | history | tag TAG [TIME] | restore TIME | export | free --kind vmid|ip|port',
    doc: 'What is known of your systems: look at all of them, ask, go back in time, find what is free',
    options: [
      JSON_OPTION,
      { name: 'kind', type: 'value', hint: 'KIND', doc: 'With free: vmid, ip or port' },
      {
        name: 'host',
        type: 'value',
        hint: 'NAME',
        doc: 'With free --kind port: on this host (default: this machine)',
      },
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).state,
  },
  {
    name: 'graph',
    usage:
      'steward graph show [NAME] [--format tree|mermaid|json] | check | impact NAME | order start|stop [NAME]',
    doc: 'What depends on what: what stops with it, when it may be restarted, in which order',
    options: [
      { name: 'format', type: 'value', hint: 'FORMAT', doc: 'With show: tree, mermaid or json' },
      { name: 'all', type: 'flag', doc: 'With show: also what nobody has declared' },
      JSON_OPTION,
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).graph,
  },
  {
    name: 'recover',
    usage: 'steward recover [--json]',
    doc: 'Bring changes that were cut off to their new or old state, or say at which step they stand',
    options: [JSON_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).recover,
  },
  {
    name: 'executor',
    usage: 'steward executor --peer INSTANCE | --recover',
    doc: 'For systemd: carry out, with root rights, what an unprivileged steward asks for and somebody else approved',
    options: [
      { name: 'peer', type: 'value', hint: 'INSTANCE', doc: 'What systemd calls the connection (%i)' },
      { name: 'recover', type: 'flag', doc: 'Take up what an executor left that was killed' },
    ],
    load: async () => (await import('./commands/index.ts')).executor,
  },
  {
    name: 'undo',
    usage: 'steward undo RUN',
    doc: 'Bring back the files that a run changed; refused for a file that changed since',
    options: [JSON_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).undo,
  },
  {
    name: 'doctor',
    usage: 'steward doctor [--json]',
    doc: 'What is configured, reachable and missing, and which level of help is available',
    options: [
      JSON_OPTION,
      ...SETTINGS_OPTIONS,
      { name: 'model', type: 'value', hint: 'NAME', doc: 'Model to try' },
    ],
    load: async () => (await import('./commands/index.ts')).doctor,
  },
  {
    name: 'pause',
    usage: 'steward pause [--for 2h]',
    doc: 'No effects from any run until `steward resume`',
    options: [FOR_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).switches,
  },
  {
    name: 'resume',
    usage: 'steward resume',
    doc: 'End a pause',
    options: SETTINGS_OPTIONS,
    load: async () => (await import('./commands/index.ts')).switches,
  },
  {
    name: 'autonomy',
    usage: 'steward autonomy list | raise GOAL',
    doc: 'Goals that lost their trust by a change that did not hold; trust one again',
    options: [JSON_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).autonomy,
  },
  {
    name: 'hands-off',
    usage: 'steward hands-off TARGET --for 2h | TARGET --clear | list',
    doc: 'Nothing but people changes this unit, path or host for a while',
    options: [FOR_OPTION, { name: 'clear', type: 'flag', doc: 'End it' }, JSON_OPTION, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).handsOff,
  },
  {
    name: 'lock',
    usage: 'steward lock run TARGET -- COMMAND…',
    doc: 'Run a command of your own while steward changes nothing on the target',
    options: [...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).lock,
  },
  {
    name: 'stop',
    usage: 'steward stop RUN | --all',
    doc: 'End a run at its next step',
    options: [{ name: 'all', type: 'flag', doc: 'Every run' }, ...SETTINGS_OPTIONS],
    load: async () => (await import('./commands/index.ts')).switches,
  },
  {
    name: 'policy',
    usage: 'steward policy check "LINE" | check --jsonl | explain "LINE" | test [FILE]…',
    doc: 'What policy says of a command line (with --jsonl, of {"id","cmd"} lines on stdin), why, and whether it says what your own cases expect',
    options: [
      JSON_OPTION,
      { name: 'jsonl', type: 'flag', doc: 'JSON lines in and out' },
      { name: 'interactive', type: 'flag', doc: 'With the rules for where a person is there' },
      {
        name: 'allowedTools',
        aliases: ['allowed-tools'],
        type: 'list',
        isToolList: true,
        hint: 'RULE,…',
        doc: 'As for a run',
      },
      {
        name: 'disallowedTools',
        aliases: ['disallowed-tools'],
        type: 'list',
        isToolList: true,
        hint: 'RULE,…',
        doc: 'As for a run',
      },
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).policy,
  },
  {
    name: 'mask',
    usage: 'steward mask [--jsonl] < TEXT',
    doc: 'Put tokens in place of secrets; with --jsonl, {"text"} lines in, {"text","found"} lines out',
    options: [
      {
        name: 'jsonl',
        type: 'flag',
        doc: 'JSON lines in and out; start and end in "found" count UTF-16 units of the text that was given',
      },
      ...SETTINGS_OPTIONS,
    ],
    load: async () => (await import('./commands/index.ts')).mask,
  },
];

/** Options that every command understands. */
export const COMMON_OPTIONS: OptionRow[] = [
  { name: 'help', short: 'h', type: 'flag', doc: 'This text' },
  ...OUTPUT_OPTIONS.filter(({ name }) => name === 'debug'),
];
