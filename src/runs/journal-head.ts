/**
 * The command that writes a log's head where the run cannot change it later: `verify --head` finds a cut end with it.
 * undefined on a machine without logger. `find` gives the path of a program.
 */
export function journalHead(
  log: { run: string; head: string; lines: number },
  find: (program: string) => string | undefined,
): string[] | undefined {
  const logger = find('logger');
  if (logger === undefined) return undefined;
  return [logger, '-t', 'steward', '--', `run ${log.run} closed: ${log.lines} lines, head ${log.head}`];
}
