/** One row an option: parser, help text and docs/reference/commands.md are made from these. */
export interface OptionRow {
  name: string;
  /** Other spellings that are accepted. */
  aliases?: string[];
  short?: string;
  type: 'flag' | 'value' | 'list';
  /** A list of tools and rules: further words that can only be such belong to it, as in Claude Code. */
  isToolList?: boolean;
  hint?: string;
  doc: string;
}

export const OUTPUT_OPTIONS: OptionRow[] = [
  { name: 'output-format', type: 'value', hint: 'text|json|stream-json', doc: 'What is written to stdout' },
  { name: 'verbose', type: 'flag', doc: 'Progress on stderr' },
  { name: 'debug', type: 'flag', doc: 'Stacks and timings on stderr' },
];

export const SETTINGS_OPTIONS: OptionRow[] = [
  { name: 'settings', type: 'value', hint: 'FILE|JSON', doc: 'Settings that go over all files' },
];

/** Options of everything that opens a run: `-p` and `run`. */
export const RUN_OPTIONS: OptionRow[] = [
  ...OUTPUT_OPTIONS,
  ...SETTINGS_OPTIONS,
  { name: 'include-partial-messages', type: 'flag', doc: 'With stream-json: text as it arrives' },
  { name: 'json-schema', type: 'value', hint: 'JSON|FILE', doc: 'The answer must follow this JSON Schema' },
  {
    name: 'model',
    type: 'value',
    hint: 'NAME',
    doc: 'claude-…, opus, sonnet, haiku, ollama/NAME, PROVIDER/NAME, none',
  },
  {
    name: 'fallback-model',
    type: 'list',
    hint: 'NAME,…',
    doc: 'Tried in order when the model cannot be had',
  },
  {
    name: 'allowedTools',
    aliases: ['allowed-tools'],
    type: 'list',
    isToolList: true,
    hint: 'RULE,…',
    doc: 'Tools (Bash) and permission rules (Bash(git log *))',
  },
  {
    name: 'disallowedTools',
    aliases: ['disallowed-tools'],
    type: 'list',
    isToolList: true,
    hint: 'RULE,…',
    doc: 'Tools and commands that are denied',
  },
  {
    name: 'permission-mode',
    type: 'value',
    hint: 'MODE',
    doc: 'default, acceptEdits, plan, dontAsk, bypassPermissions',
  },
  { name: 'max-turns', type: 'value', hint: 'N', doc: 'Stop after N answers of the model' },
  {
    name: 'max-budget-usd',
    type: 'value',
    hint: 'X',
    doc: 'Stop before a request that could pass X dollars',
  },
  { name: 'max-duration', type: 'value', hint: '10m', doc: 'Stop after this time' },
  { name: 'append-system-prompt', type: 'value', hint: 'TEXT', doc: 'Added to the system text' },
  { name: 'probes', type: 'list', hint: 'NAME,…', doc: 'Gather these first' },
  { name: 'session-id', type: 'value', hint: 'UUID', doc: 'Id of the new run' },
  { name: 'no-session-persistence', type: 'flag', doc: 'Keep nothing on disk; observe only' },
];

/** Not split: a value may hold commas and spaces. */
export const SET_OPTION: OptionRow = {
  name: 'set',
  type: 'list',
  hint: 'k=v',
  doc: 'A parameter of the goal; may be repeated',
};

/** Only for the screen, which opens where `-p` is absent and a terminal is there. */
export const SCREEN_OPTIONS: OptionRow[] = [
  { name: 'screen-reader', type: 'flag', doc: 'In a terminal: flat text, line by line' },
  { name: 'theme', type: 'value', hint: 'NAME', doc: 'In a terminal: terminal, light, dark, ansi' },
];

export const PRINT_OPTIONS: OptionRow[] = [
  { name: 'print', short: 'p', type: 'flag', doc: 'Answer the prompt and exit' },
  ...RUN_OPTIONS,
  { name: 'goal', type: 'value', hint: 'NAME', doc: 'Work on the prompt under this goal' },
  SET_OPTION,
  { name: 'continue', short: 'c', type: 'flag', doc: 'Go on with the last run of this folder' },
  { name: 'resume', short: 'r', type: 'value', hint: 'RUN', doc: 'Go on with this run' },
  ...SCREEN_OPTIONS,
  { name: 'version', short: 'v', type: 'flag', doc: 'Version' },
  { name: 'help', short: 'h', type: 'flag', doc: 'This text' },
];
