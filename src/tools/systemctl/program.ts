import type { Ran, Reading } from '../../protocol/typed-call.ts';
import { buildArgv, type FieldRule, type Input, type VerbRule, type Verbs } from '../typed/build-argv.ts';
import { readPlain, type TypedProgram } from '../typed/typed-program.ts';

/** As systemd takes it; patterns are left to Bash, since nobody could say beforehand what they hit. */
const UNIT: FieldRule = { kind: /^[A-Za-z0-9_][\w@:.\\-]*$/, isRequired: true };
const ALWAYS = ['--no-pager', '--no-ask-password'];

const about = (word: string, more: readonly string[] = []): VerbRule => ({
  words: [word],
  always: [...ALWAYS, ...more],
  fields: { unit: UNIT },
});
const PROPERTIES =
  'Id,Description,LoadState,ActiveState,SubState,Result,UnitFileState,FragmentPath,MainPID,ExecMainStatus,NRestarts,ActiveEnterTimestamp,InvocationID';

const EFFECTS = [
  ...['start', 'stop', 'restart', 'try-restart', 'reload', 'reload-or-restart', 'reset-failed'],
  ...['enable', 'disable', 'mask', 'unmask'],
] as const;

const VERBS: Verbs = {
  show: about('show', [`--property=${PROPERTIES}`]),
  status: about('status', ['--full', '--lines=20']),
  'is-active': about('is-active'),
  'is-enabled': about('is-enabled'),
  cat: about('cat'),
  'list-units': {
    words: ['list-units'],
    always: [...ALWAYS, '--plain', '--no-legend', '--full'],
    fields: {
      state: { kind: /^[a-z]+$/, option: '--state' },
      type: { kind: /^[a-z]+$/, option: '--type' },
    },
  },
  'list-timers': {
    words: ['list-timers'],
    always: [...ALWAYS, '--all', '--no-legend', '--full'],
    fields: {},
  },
  ...Object.fromEntries(EFFECTS.map((word) => [word, about(word)])),
  'daemon-reload': { words: ['daemon-reload'], always: ALWAYS, fields: {} },
};

export const systemctl: TypedProgram = {
  name: 'Systemctl',
  program: 'systemctl',
  verbs: VERBS,
  observing: ['show', 'status', 'is-active', 'is-enabled', 'cat', 'list-units', 'list-timers'],
  pin: async (_input, { hostname, machine }) => ({ host: hostname, machine }),
  describe: ({ host, machine }) => `${host} (${machine})`,
  toArgv: (input) => buildArgv('systemctl', VERBS, input),
  read: readSystemctl,
};

/** systemctl(1), exit status; the numbers of LSB for `status`. */
function readSystemctl(input: Input, ran: Ran): Reading {
  const { exit, output, timedOut } = ran;
  const said = output.trim();
  switch (timedOut ? 'timeout' : input.verb) {
    case 'is-active':
      if (exit === 0 || exit === 3) {
        return { ok: true, detail: `it is ${said || 'inactive'}`, data: { active: exit === 0, state: said } };
      }
      return { ok: false, detail: exit === 4 ? 'there is no such unit' : `exit ${exit}`, data: null };
    case 'is-enabled': {
      // 1 for disabled, masked and the like, which are answers; without a word there is no such unit file.
      const isAnswer = exit === 0 || (exit === 1 && said !== '' && said !== 'not-found');
      return {
        ok: isAnswer,
        detail: isAnswer ? `it is ${said}` : 'there is no such unit file',
        data: isAnswer ? { enabled: exit === 0, state: said } : null,
      };
    }
    case 'status': {
      const meaning = STATUS[exit ?? -1];
      if (meaning === undefined) return readPlain(ran, 'status');
      return { ok: exit !== 4, detail: meaning, data: null };
    }
    case 'show': {
      const reading = readPlain(ran, 'show');
      if (!reading.ok) return reading;
      const data = keyValues(output);
      // `show` exits 0 for a unit that nobody has heard of.
      const isThere = data.LoadState !== 'not-found';
      return { ok: isThere, detail: isThere ? 'shown' : 'there is no such unit', data };
    }
    case 'list-units':
      return { ...readPlain(ran, 'list-units'), data: exit === 0 ? unitsOf(output) : null };
    default:
      return readPlain(ran, String(input.verb));
  }
}

const STATUS: Record<number, string> = {
  0: 'it is active',
  1: 'it is dead, and its PID file is left',
  2: 'it is dead, and its lock file is left',
  3: 'it is not active',
  4: 'there is no such unit',
};

function keyValues(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}

function unitsOf(text: string): { unit: string; load: string; active: string; sub: string; about: string }[] {
  return text.split('\n').flatMap((line) => {
    const [unit, load, active, sub, ...about] = line.trim().replace(/^● /, '').split(/\s+/);
    if (unit === undefined || load === undefined || active === undefined || sub === undefined) return [];
    return [{ unit, load, active, sub, about: about.join(' ') }];
  });
}
