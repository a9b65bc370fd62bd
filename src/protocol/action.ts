/**
 * The only ways in which steward touches the machine or the network. An action says exactly what will be done:
 * what the gate judged is what the host runs, byte for byte.
 */
export type Action =
  | { kind: 'process'; argv: readonly string[]; cwd: string }
  /** A whole bash line; `line` is the re-printed form that was judged, never the model's own text. */
  | { kind: 'shell'; line: string; cwd: string }
  | { kind: 'read'; path: string }
  /** Walk below `root`; files that policy calls secret are left out by the walker. */
  | { kind: 'scan'; root: string }
  /** `expects` is the sha256 of the bytes that will be replaced; null when the file must not exist. */
  | { kind: 'write'; path: string; content: string; expects: string | null }
  /** Undo of a checkpointed file that did not exist before. */
  | { kind: 'remove'; path: string; expects: string }
  | { kind: 'fetch'; method: 'GET' | 'HEAD'; url: string; credential?: HttpCredential };

/** By name, never by value: the host reads it when it asks, as it does for programs. Without it, nothing is sent. */
export interface HttpCredential {
  /** The header that carries it, and what stands before the value (`Bearer `). */
  header: string;
  prefix: string;
  /** Variable of steward's environment, or file of systemd's credentials. */
  name: string;
}

/** One line for people: the command as it will run, or verb and path. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'process':
      return action.argv.map(quoteWord).join(' ');
    case 'shell':
      return action.line;
    case 'read':
    case 'remove':
      return `${action.kind} ${action.path}`;
    case 'scan':
      return `search ${action.root}`;
    case 'write':
      return `write ${action.path} (${Buffer.byteLength(action.content)} bytes)`;
    case 'fetch':
      return `${action.method} ${action.url}`;
  }
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
