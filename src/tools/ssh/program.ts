import type { Ran, Reading } from '../../protocol/typed-call.ts';
import { hasControl, type Input } from '../typed/build-argv.ts';
import { firstLine, readPlain, type TypedProgram } from '../typed/typed-program.ts';

const HOST = /^[A-Za-z0-9][\w.-]*$/;

/** Nothing of the operator's own configuration may start a program here, ask, or learn a key by itself. */
const FIXED = [
  ...['-T', '-x', '-a'],
  ...['BatchMode=yes', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'PermitLocalCommand=no'].map(
    (option) => `-o${option}`,
  ),
  ...['ForwardAgent=no', 'ClearAllForwardings=yes', 'ConnectTimeout=10'].map((option) => `-o${option}`),
];

/** `words` are joined by ssh and read by a shell over there, so each is quoted, and none of them is ours to expand. */
export const ssh: TypedProgram = {
  name: 'Ssh',
  program: 'ssh',
  verbs: {},
  observing: ['run'],
  async pin(input, _around, ask) {
    const { host } = input;
    if (typeof host !== 'string' || !HOST.test(host))
      return { problem: `host is not valid: ${JSON.stringify(host)}` };
    const key = await ask(['ssh-keygen', '-l', '-F', host]);
    const fingerprints = typeof key === 'string' ? [] : (key.output.match(/SHA256:[\w+/=]+/g) ?? []);
    const first = [...fingerprints].sort().join(' ');
    if (first === '') return { problem: `no key of ${host} is known: an operator has to connect to it once` };
    return { host, key: first };
  },
  describe: ({ host, key }) => `${host} (${key?.split(' ')[0]})`,
  toArgv(input, pin) {
    const { command } = input;
    if (input.verb !== 'run') return { problem: 'verb must be run' };
    const isPlain =
      Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
    if (!isPlain || command.some(hasControl)) {
      return { problem: 'command is not valid: it is a list of words' };
    }
    return { argv: ['ssh', ...FIXED, '--', String(pin.host), command.map(quote).join(' ')] };
  },
  read: readSsh,
};

/** For a POSIX shell over there. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** 255 is ssh's own; everything else is what the command over there gave. */
function readSsh(_input: Input, ran: Ran): Reading {
  if (ran.exit !== 255 || ran.timedOut) return readPlain(ran, 'the command');
  const isOther = /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(ran.error);
  const detail = isOther
    ? 'it answers with another key than the one that is known: it may be another machine'
    : `it was not reached: ${firstLine(ran)}`;
  return { ok: false, detail, data: null };
}
