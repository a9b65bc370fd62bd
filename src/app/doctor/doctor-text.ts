import type { IsolationState } from '../../protocol/isolation.ts';

/** What confines commands, and what could be done for more. */
export function describeIsolation({ kind, choice, problem }: IsolationState): string {
  switch (kind) {
    case 'unit':
      return 'unit (the hardened unit confines steward and its commands)';
    case 'bwrap':
      return `bwrap (bubblewrap confines ${choice === 'bwrap' ? 'every command' : 'commands that do more than observe'})`;
    case 'none':
      if (choice === 'none') return 'none, as settings say (commands run as this user, with effects too)';
      return choice === 'auto'
        ? `none: ${problem} (commands run as this user and only observe; install bubblewrap for more)`
        : `none, although settings demand ${choice}: ${problem} (no command runs)`;
  }
}

/** Whether what needs root can be asked for. */
export function describeExecutor({
  socket,
  waiting,
  problem,
}: {
  socket: string;
  waiting: number;
  problem: string | null;
}): string {
  return problem === null ? `${socket} (${waiting} waiting for an answer)` : problem;
}
