/**
 * How steward asks for a command on another machine: fixed options, so that nothing of the operator's own configuration
 * may start a program here, ask, or learn a key by itself; then `--`, the host, and one line for the shell over there.
 */
export const SSH_OPTIONS: readonly string[] = [
  ...['-T', '-x', '-a'],
  ...['BatchMode=yes', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'PermitLocalCommand=no'].map(
    (option) => `-o${option}`,
  ),
  ...['ForwardAgent=no', 'ClearAllForwardings=yes', 'ConnectTimeout=10'].map((option) => `-o${option}`),
];

/** ssh joins words and a shell over there reads them: each is quoted, and none of them is its to expand. */
export function toRemoteLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** The words of a line that `toRemoteLine` has made; null for every other line. */
export function fromRemoteLine(line: string): string[] | null {
  const words: string[] = [];
  let rest = line;
  for (;;) {
    const found = /^(?:[\w@%+=:,./-]+|'[^']*'(?:\\''[^']*')*)/.exec(rest)?.[0];
    if (found === undefined) return null;
    words.push(found.startsWith("'") ? found.slice(1, -1).replaceAll("'\\''", "'") : found);
    rest = rest.slice(found.length);
    if (rest === '') return toRemoteLine(words) === line ? words : null;
    if (!rest.startsWith(' ')) return null;
    rest = rest.slice(1);
  }
}

/** Of the arguments of `ssh`, where they are exactly of this form. */
export function readRemote(args: readonly string[]): { host: string; words: string[] } | null {
  const options = SSH_OPTIONS.length;
  if (args.length !== options + 3 || SSH_OPTIONS.some((option, index) => args[index] !== option)) return null;
  const [dashes, host = '', line = ''] = args.slice(options);
  const words = fromRemoteLine(line);
  return dashes === '--' && HOST.test(host) && words !== null ? { host, words } : null;
}

/** No option, no user, no address with a port. */
export const HOST = /^[A-Za-z0-9][\w.-]*$/;

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
