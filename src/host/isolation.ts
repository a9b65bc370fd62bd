import { readFileSync } from 'node:fs';
import type { Isolation, IsolationChoice, IsolationPort, IsolationState } from '../protocol/isolation.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import { findProgram, TRUSTED_PATH } from './environment.ts';

/** Longer than any start takes; a machine on which it takes longer cannot use it. */
const PROBE_MS = 10_000;

export interface HostIsolation extends IsolationPort {
  /** Where bubblewrap is. */
  readonly program: string | null;
  /** In a container that hides parts of /proc the kernel lets nobody mount another: then the container's is shown. */
  readonly hasOwnProc: boolean;
}

export interface IsolationOptions {
  choice: IsolationChoice;
  trustedPath?: readonly string[];
  /** What readUnit says, for tests. */
  unit?: 'unit' | 'none';
}

/** Which isolation commands get. Reads a file and looks for bubblewrap; starts it only when `settle` is asked. */
export function createIsolation(options: IsolationOptions): HostIsolation {
  const { choice } = options;
  const program = findProgram('bwrap', options.trustedPath ?? TRUSTED_PATH) ?? null;
  const isUnit = (options.unit ?? readUnit()) === 'unit';
  const state = (kind: Isolation, problem: string | null = null): IsolationState => ({
    kind,
    choice,
    problem,
  });
  let settled: Promise<IsolationState> | undefined;
  let found: Isolation | undefined;
  let hasOwnProc = true;

  const mayUnit = choice === 'auto' || choice === 'unit';
  const mayBubblewrap = choice === 'auto' || choice === 'bwrap';
  const seen = (): IsolationState | undefined => {
    if (choice === 'none') return state('none', 'settings say `isolation: none`');
    if (mayUnit && isUnit) return state('unit');
    if (!mayBubblewrap) return state('none', 'steward does not run in a hardened systemd unit');
    return program === null ? state('none', 'bubblewrap is not installed') : undefined;
  };
  const expected = seen()?.kind ?? 'bwrap';
  return {
    choice,
    program,
    expected,
    get hasOwnProc() {
      return hasOwnProc;
    },
    get known() {
      return found ?? expected;
    },
    settle() {
      settled ??= (async () => {
        const known = seen();
        let problem = known === undefined ? await tryBubblewrap(program ?? 'bwrap', true) : null;
        if (problem?.includes('mount proc') === true) {
          problem = await tryBubblewrap(program ?? 'bwrap', false);
          hasOwnProc = false;
        }
        const broken = problem === null ? null : `bubblewrap does not start here (${problem})`;
        const result = known ?? state(broken === null ? 'bwrap' : 'none', broken);
        found = result.kind;
        return result;
      })();
      return settled;
    },
  };
}

/** null when the smallest sandbox can be built; else what bubblewrap said. */
async function tryBubblewrap(program: string, hasOwnProc: boolean): Promise<string | null> {
  const plan = {
    cwd: '/',
    isRoot: process.getuid?.() === 0,
    hasNetwork: false,
    sharesProcesses: false,
    hasOwnProc,
    seesRun: false,
    ...{
      shownInRun: [],
      devices: [],
      writable: [],
      guarded: [],
      hiddenFiles: [],
      hiddenFolders: [],
      shown: [],
    },
  };
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(program, [...bubblewrapArguments(plan), '--', '/bin/sh', '-c', ':'], {
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      timeout: PROBE_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdio[3]?.on('error', () => {});
    (child.stdio[3] as NodeJS.ReadableStream | null)?.resume();
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? null : said.trim().split('\n')[0] || `exit ${code ?? signal}`),
    );
  });
}

/**
 * `unit` only when it can be shown: systemd started us (INVOCATION_ID) and the kernel says that neither we nor what we
 * start can gain privileges (NoNewPrivs) or make forbidden system calls (a seccomp filter).
 */
export function readUnit(env: NodeJS.ProcessEnv = process.env, status?: string): 'unit' | 'none' {
  if (!/^[0-9a-f]{32}$/.test(env.INVOCATION_ID ?? '')) return 'none';
  const said = status ?? readStatus();
  // proc_pid_status(5): Seccomp 2 is SECCOMP_MODE_FILTER.
  return /^NoNewPrivs:\s+1$/m.test(said) && /^Seccomp:\s+2$/m.test(said) ? 'unit' : 'none';
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    // What cannot be shown is not claimed.
    return '';
  }
}
