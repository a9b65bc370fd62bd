import { HOST, SSH_OPTIONS, toRemoteLine } from '../../lib/remote-line.ts';
import type { Ran, Reading } from '../../protocol/typed-call.ts';
import { hasControl, type Input } from '../typed/build-argv.ts';
import { firstLine, readPlain, type TypedProgram } from '../typed/typed-program.ts';

/** On a host that settings declare, of which a key is known, and which says each time which machine it is. */
export const ssh: TypedProgram = {
  name: 'Ssh',
  program: 'ssh',
  verbs: {},
  observing: ['run'],
  async pin(input, { hosts = [] }, ask) {
    const { host } = input;
    if (typeof host !== 'string' || !HOST.test(host))
      return { problem: `host is not valid: ${JSON.stringify(host)}` };
    if (!hosts.includes(host))
      return { problem: `${host} is not a host that settings declare: an operator adds it to ssh.hosts` };
    const key = await ask(['ssh-keygen', '-l', '-F', host]);
    const fingerprints = typeof key === 'string' ? [] : (key.output.match(/SHA256:[\w+/=]+/g) ?? []);
    const first = [...fingerprints].sort().join(' ');
    if (first === '') return { problem: `no key of ${host} is known: an operator has to connect to it once` };
    const id = await ask(['ssh', ...SSH_OPTIONS, '--', host, toRemoteLine(['cat', '/etc/machine-id'])]);
    if (typeof id === 'string') return { problem: `${host} was not asked which machine it is: ${id}` };
    const machine = /^[0-9a-f]{32}$/.exec(id.output.trim())?.[0];
    if (id.exit !== 0 || machine === undefined) {
      return { problem: `${host} does not say which machine it is: ${readSsh(input, id).detail}` };
    }
    return { host, key: first, machine };
  },
  describe: ({ host, key, machine }) => `${host} (machine ${machine?.slice(0, 8)}, ${key?.split(' ')[0]})`,
  toArgv(input, pin) {
    const { command } = input;
    if (input.verb !== 'run') return { problem: 'verb must be run' };
    const isPlain =
      Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
    if (!isPlain || command.some(hasControl)) {
      return { problem: 'command is not valid: it is a list of words' };
    }
    return { argv: ['ssh', ...SSH_OPTIONS, '--', String(pin.host), toRemoteLine(command)] };
  },
  read: readSsh,
};

/** 255 is ssh's own; everything else is what the command over there gave. */
function readSsh(_input: Input, ran: Ran): Reading {
  if (ran.exit !== 255 || ran.timedOut) return readPlain(ran, 'the command');
  const isOther = /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(ran.error);
  const detail = isOther
    ? 'it answers with another key than the one that is known: it may be another machine'
    : `it was not reached: ${firstLine(ran)}`;
  return { ok: false, detail, data: null };
}
