import type { Ran, Reading } from '../../protocol/typed-call.ts';
import { buildArgv, type Verbs } from '../typed/build-argv.ts';
import { asJson, type TypedProgram } from '../typed/typed-program.ts';

const WHEN =
  /^(?:\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d+ ?[a-z]+(?: ago)?|yesterday|today|now|@\d+)$/;
const NUMBER_OF_LINES = 50;

const FIELDS = {
  unit: { kind: /^[A-Za-z0-9_][\w@:.\\*-]*$/, option: '--unit' },
  identifier: { kind: /^[\w./@:-]+$/, option: '--identifier' },
  priority: { kind: /^(?:[0-7]|emerg|alert|crit|err|warning|notice|info|debug)$/, option: '--priority' },
  since: { kind: WHEN, option: '--since' },
  until: { kind: WHEN, option: '--until' },
  grep: { kind: /^[^-]/, option: '--grep' },
  boot: { kind: 'flag', option: '--boot' },
  kernel: { kind: 'flag', option: '--dmesg' },
  lines: { kind: 'number', option: '--lines' },
  /** Of one run of a unit: `_SYSTEMD_INVOCATION_ID=` alone does not mix it with earlier ones. */
  invocation: { kind: /^[0-9a-f]{32}$/ },
} as const;

const VERBS: Verbs = {
  read: { words: [], always: ['--no-pager', '--output=json', '--quiet', '--utc'], fields: FIELDS },
};

export const journal: TypedProgram = {
  name: 'Journal',
  program: 'journalctl',
  verbs: VERBS,
  observing: ['read'],
  pin: async (_input, { hostname, machine }) => ({ host: hostname, machine }),
  describe: ({ host, machine }) => `${host} (${machine})`,
  toArgv(input) {
    const { verb: _verb, ...fields } = input;
    const built = buildArgv('journalctl', VERBS, { lines: NUMBER_OF_LINES, ...fields, verb: 'read' });
    if ('problem' in built || typeof input.invocation !== 'string') return built;
    return {
      argv: built.argv.map((word) => (word === input.invocation ? `_SYSTEMD_INVOCATION_ID=${word}` : word)),
    };
  },
  read: readJournal,
};

const FATAL_LINES = 5;

/** 1 without a complaint: nothing matched, which is an answer. */
function readJournal(_input: unknown, { exit, output, error, timedOut }: Ran): Reading {
  const entries = output.split('\n').flatMap(entryOf);
  if (timedOut) return { ok: false, detail: `it timed out after ${entries.length} entries`, data: entries };
  const isEmpty =
    exit === 1 && error.trim().split('\n').length <= FATAL_LINES && !/fail|error|denied/i.test(error);
  if (exit !== 0 && !isEmpty) return { ok: false, detail: `journalctl failed, exit ${exit}`, data: null };
  const isBlind = /not seeing messages from other users/i.test(error);
  const note = isBlind ? '; messages of others are not shown to this user' : '';
  return { ok: true, detail: `${entries.length} entries${note}`, data: entries };
}

interface Entry {
  at: string;
  from: string;
  priority: number | null;
  message: string;
}

function entryOf(line: string): Entry[] {
  const raw = line.startsWith('{') ? asJson(line) : null;
  if (typeof raw !== 'object' || raw === null) return [];
  const field = (name: string): string => textOf(Reflect.get(raw, name));
  const microseconds = Number(field('__REALTIME_TIMESTAMP'));
  const priority = field('PRIORITY');
  return [
    {
      at: Number.isFinite(microseconds) ? new Date(microseconds / 1000).toISOString() : '',
      from: field('_SYSTEMD_UNIT') || field('SYSLOG_IDENTIFIER') || field('_TRANSPORT'),
      priority: /^[0-7]$/.test(priority) ? Number(priority) : null,
      message: field('MESSAGE'),
    },
  ];
}

/** Bytes that are not UTF-8 come as a list of numbers. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? Buffer.from(value as number[]).toString('utf8') : '';
}
