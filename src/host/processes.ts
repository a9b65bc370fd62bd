import { type Stats, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Action } from '../protocol/action.ts';
import type { Effect } from '../protocol/effect.ts';
import type { Needs } from '../protocol/isolation.ts';
import type { Clock, Processes, ProcessOptions, ProcessResult } from '../protocol/machine.ts';
import { Permit } from '../protocol/permit.ts';
import type { StateStore } from '../protocol/store.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import { buildEnvironment, findProgram, isProgram, readCredentials, TRUSTED_PATH } from './environment.ts';
import type { HostIsolation } from './isolation.ts';
import { type Confines, planSandbox } from './plan-sandbox.ts';
import { runOnTerminal } from './run-on-terminal.ts';
import { type Command, runProcess } from './run-process.ts';
import { fitsTogether, runTogether, type Start } from './run-together.ts';
import { createStreamPairs } from './stream-pair.ts';
import { waitForCompany } from './wait-for-company.ts';

/** Pinned; NixOS has no /bin/bash, there the trusted path has one. */
const BASH = '/bin/bash';

/**
 * When a sandbox's first program ends, all others in it are killed. So a line of shell is run by one that waits a
 * little for what it left behind, such as the `tee` of a process substitution. TERM reaches the line itself.
 */
const LINGER = [
  '/bin/sh',
  '-c',
  'trap : TERM; "$@"; s=$?; for i in 1 2 3 4 5 6 7 8; do kill -0 -1 2>/dev/null || break; sleep 0.02; done; exit $s',
  'sh',
];

export interface ProcessesOptions {
  clock: Clock;
  /** Takes the whole of long outputs. */
  store: StateStore;
  /** Folders, searched in order. */
  trustedPath?: readonly string[];
  /** Endpoint variables of clients (`NOMAD_ADDR`), the marker of the run. */
  extraEnv?: Readonly<Record<string, string>>;
  /** Absent: commands run as they are. */
  confinement?: Confines & { isolation: HostIsolation };
}

export function createProcesses(options: ProcessesOptions): Processes {
  const trustedPath = options.trustedPath ?? TRUSTED_PATH;
  const env = buildEnvironment(process.env, trustedPath, options.extraEnv ?? {});

  const pairs = createStreamPairs();
  let calls = 0;
  const startedAt = Math.round(Date.now() - process.uptime() * 1000);
  /** A process id comes back, but not with the same start. */
  const nextMark = () => `${process.pid}-${startedAt}-${++calls}`;

  /** Where programs were found: the first place to look, for a probe asks three times. */
  const found = new Map<string, string>();
  function find(program: string): string | undefined {
    const known = isAbsolute(program) ? program : found.get(program);
    if (known !== undefined && isProgram(known)) return known;
    const place = findProgram(program, trustedPath);
    if (place !== undefined) found.set(program, place);
    return place;
  }

  /** The words that are started, or why they cannot be. */
  function prepare(
    action: Action,
    isBare: boolean,
  ): { argv: readonly string[]; cwd: string } | { startError: string } {
    if (action.kind === 'shell') {
      const bash = isProgram(BASH) ? BASH : find('bash');
      if (bash === undefined) return { startError: 'ENOENT' };
      return { argv: [bash, '--noprofile', '--norc', '-c', action.line], cwd: action.cwd };
    }
    if (action.kind !== 'process') throw new Error(`a ${action.kind} is not a command`);
    const [given = '', ...rest] = action.argv;
    // Only a person's yes reaches a program that is named by its place in the folder.
    const name = isBare && given.includes('/') ? resolve(action.cwd, given) : given;
    const program = find(name);
    // A file that is there but cannot be executed is a different answer than none.
    if (program === undefined) return { startError: isAbsolute(name) && isFile(name) ? 'EACCES' : 'ENOENT' };
    return { argv: [program, ...rest], cwd: action.cwd };
  }

  const environmentFor = (needs: Needs): Record<string, string> => ({
    ...env,
    ...readCredentials(process.env, needs.environment),
    ...options.extraEnv,
  });

  /** bubblewrap's words before the command's; none where it runs as it is; undefined where it may not run. */
  async function confine(effect: Effect, needs: Needs, cwd: string): Promise<string[] | undefined> {
    if (options.confinement === undefined) return [];
    const { isolation } = options.confinement;
    const isEffect = effect !== 'observe';
    if (!isEffect && isolation.choice !== 'bwrap') return [];
    const { kind, choice } = await isolation.settle();
    if (kind === 'unit') return [];
    if (kind === 'none') return choice === 'none' ? [] : undefined;
    // Where a variable that the spec names holds a path (KUBECONFIG), the credential is there.
    const given = environmentFor(needs);
    const places = needs.environment.flatMap((name) =>
      isAbsolute(given[name] ?? '') ? [given[name] ?? ''] : [],
    );
    const plan = planSandbox(
      { ...needs, reaches: [...needs.reaches, ...places] },
      cwd,
      isEffect,
      options.confinement,
    );
    const hasOwnProc = plan.hasOwnProc && isolation.hasOwnProc;
    return [isolation.program ?? 'bwrap', ...bubblewrapArguments({ ...plan, hasOwnProc }), '--'];
  }

  /** Judged words are prepared and confined; who launches them is the caller's to say. */
  async function perform(permit: Permit, runOptions: ProcessOptions, launch: Launch): Promise<ProcessResult> {
    const kind = Permit.kindOf(permit) === 'shell' ? 'shell' : 'process';
    const { effect, needs, isBare } = permit;
    const command = prepare(Permit.spend(permit, kind), isBare);
    if ('startError' in command) return nothingStarted(command.startError, false);
    if (!isFolder(command.cwd)) return nothingStarted('ENOENT', false);
    if (isAborted(runOptions.signal)) return nothingStarted(null, true);
    if (isBare && runOptions.isOnTerminal === true) {
      return runOnTerminal({ ...command, env: environmentFor(needs) }, runOptions.signal);
    }
    const sandbox = isBare ? [] : await confine(effect, needs, command.cwd);
    if (sandbox === undefined) return nothingStarted('no isolation', false);
    if (isAborted(runOptions.signal)) return nothingStarted(null, true);
    const linger = sandbox.length > 0 && kind === 'shell' ? LINGER : [];
    const run = {
      ...command,
      sandbox: [...sandbox, ...linger],
      env: environmentFor(needs),
      mark: nextMark(),
    };
    const result = await launch(run, runOptions);
    if (sandbox.length === 0 || !isUnprepared(result)) return result;
    const again = (await confine(effect, needs, command.cwd)) ?? [];
    if (again.length === 0 || isAborted(runOptions.signal)) return result;
    return alone({ ...run, sandbox: [...again, ...linger], mark: nextMark() }, runOptions);
  }

  const alone: Launch = (command, runOptions) => runProcess(command, runOptions, options.store, pairs);

  /** Those that fit in one go. What does not, or nobody can start with others here, is started by itself. */
  async function startAll(starts: readonly Start[]): Promise<void> {
    const { spawn } = await import('node:child_process');
    const bash = isProgram(BASH) ? BASH : find('bash');
    for (const group of groupsOf(starts)) {
      if (group.length > 1 && bash !== undefined && runTogether(spawn, bash, group)) continue;
      for (const { command, options: runOptions, resolve, reject } of group) {
        alone(command, runOptions).then(resolve, reject);
      }
    }
  }

  return {
    find,
    run: (permit, runOptions) => perform(permit, runOptions, alone),
    together(expected) {
      const company = waitForCompany(expected, (starts) => void startAll(starts));
      return {
        excuse: company.excuse,
        async run(permit, runOptions) {
          let hasCome = false;
          try {
            return await perform(permit, runOptions, (command, given) => {
              hasCome = true;
              return new Promise((resolve, reject) =>
                company.join({ command, options: given, resolve, reject }),
              );
            });
          } finally {
            if (!hasCome) company.excuse();
          }
        },
      };
    },
  };
}

type Launch = (command: Command, options: ProcessOptions) => Promise<ProcessResult>;

/** One folder and one environment each; what does not fit with others is a group of its own. */
function groupsOf(starts: readonly Start[]): Start[][] {
  const groups = new Map<string, Start[]>();
  for (const [index, start] of starts.entries()) {
    const { cwd, env } = start.command;
    const key = fitsTogether(start) ? JSON.stringify([cwd, env]) : String(index);
    groups.set(key, [...(groups.get(key) ?? []), start]);
  }
  return [...groups.values()];
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function nothingStarted(startError: string | null, aborted: boolean): ProcessResult {
  const nothing = { text: '', totalBytes: 0, isTruncated: false };
  return {
    exitCode: null,
    signal: null,
    timedOut: false,
    aborted,
    startError,
    durationMs: 0,
    stdout: nothing,
    stderr: nothing,
    whole: null,
  };
}

function isFile(path: string): boolean {
  return factsOf(path)?.isFile() === true;
}

function isFolder(path: string): boolean {
  return factsOf(path)?.isDirectory() === true;
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // What we may not see is not there for us.
    return undefined;
  }
}

/**
 * bubblewrap could not hide or show a path: somebody's socket, listed a moment ago, is gone. It comes to that before the
 * command is begun, so the sandbox can be planned once more.
 */
function isUnprepared({ startError }: ProcessResult): boolean {
  return startError !== null && /^no isolation: bwrap: Can't /.test(startError);
}
