import { readRemote } from '../lib/remote-line.ts';
import type { CommandContext } from './kinds.ts';
import { allowed, asks, type Ruling } from './ruling.ts';
import { type Arg, literalArg } from './words.ts';

/** By which a machine says which one it is; steward asks it before each command. */
const MACHINE = ['cat', '/etc/machine-id'];

/**
 * A command on another machine, in the one form in which steward asks for it: judged like one here, but that nobody here
 * can look up what stands behind a path over there. undefined: it has another form.
 */
export function judgeRemote(
  args: readonly Arg[],
  context: CommandContext,
  hosts: readonly string[],
  judge: (words: readonly Arg[], context: CommandContext) => Ruling,
): Ruling | undefined {
  if (args.some(({ kind }) => kind !== 'literal')) return undefined;
  const remote = readRemote(args.map(({ text }) => text));
  if (remote === null) return undefined;
  const { host, words } = remote;
  if (!hosts.includes(host))
    return asks('ssh:host', `${host} is not a host that settings declare (ssh.hosts)`);
  if (words.join('\0') === MACHINE.join('\0')) return allowed('spec:ssh');
  let isAboutPaths = false;
  const paths: CommandContext['paths'] = {
    wanted: context.paths.wanted,
    check(...asked) {
      isAboutPaths = true;
      return context.paths.check(...asked);
    },
    programOf() {
      isAboutPaths = true;
      return undefined;
    },
  };
  const ruling = judge(
    words.map((word) => literalArg(word)),
    { ...context, paths },
  );
  return isAboutPaths && ruling.verdict === 'allow'
    ? asks('ssh:path', `what stands behind a path on ${host} cannot be looked up from here`)
    : ruling;
}
