import { sha256 } from '../lib/digest.ts';
import type { Action } from '../protocol/action.ts';
import type { Looked } from './expectations.ts';
import { keptFolders, keptUnits } from './kept-state.ts';
import type { DeadMan, TargetWork } from './plan.ts';
import type { ChangePorts } from './ports.ts';
import { runStep } from './run-step.ts';
import type { BackStep } from './way-back.ts';

/** For checks that take long: twice what they may take, and a minute for the steps. */
export function deadManFor(
  why: readonly string[],
  checks: readonly { withinMs: number; forMs: number }[],
  leastMs: number,
): DeadMan | null {
  if (why.length === 0) return null;
  const checkMs = checks.reduce((sum, { withinMs, forMs }) => sum + withinMs + forMs, 0);
  const ms = checkMs * 2 + 60_000 > leastMs && checkMs > leastMs / 4 ? checkMs * 2 + 60_000 : leastMs;
  return { why: [...why], afterS: Math.ceil(ms / 1000) };
}

/** The machine was booted with systemd, which is more than that its programs are there: sd_booted(3). */
export async function canArm({ processes, files }: ChangePorts): Promise<boolean> {
  return (
    processes.find('systemd-run') !== undefined && (await files.facts('/run/systemd/system')) !== undefined
  );
}

/** Gone with the timers when the machine is booted again; nobody else can look into it. */
const FOLDER = '/run/steward-deadman';

/**
 * Keeps the old bytes in a script that systemd starts later. From here on neither this process nor the network is needed
 * to come back. The script does nothing once `confirmed` is there, and says by `fired` that it began.
 */
export async function armDeadMan(
  step: string,
  target: number,
  work: TargetWork,
  { afterS }: DeadMan,
  ports: ChangePorts,
): Promise<Looked> {
  const place = placeOf(target, ports);
  const kept = { units: await keptUnits(target, ports), folders: (await keptFolders(target, ports)) ?? [] };
  const script = scriptOf(place, work, kept);
  const argv = [
    ...[
      'systemd-run',
      '--quiet',
      '--collect',
      `--on-active=${afterS}s`,
      '--timer-property=AccuracySec=100ms',
    ],
    ...[`--unit=steward-deadman-${place.name}`, '/bin/sh', `${place.path}.sh`],
  ];
  const actions: Action[] = [
    { kind: 'process', argv: ['install', '-d', '-m', '0700', FOLDER], cwd: '/' },
    { kind: 'write', path: `${place.path}.sh`, content: script, expects: null },
    ...rootsOf(work, place.path),
    { kind: 'process', argv, cwd: '/' },
  ];
  for (const [index, action] of actions.entries()) {
    const done = await runStep(`${step}.${index + 1}`, { text: 'the way back is armed', action }, ports);
    if (!done.ok)
      return { ok: false, detail: `the timer that would bring the old state back: ${done.detail}` };
  }
  return { ok: true, detail: `steward-deadman-${place.name}.timer brings the old state back in ${afterS} s` };
}

/** One name for one change, also for whoever takes it up again. */
function placeOf(target: number, { kept }: ChangePorts): { name: string; path: string } {
  const name = sha256(`${kept.pathOf('plan.json') ?? ''} ${target}`).slice(0, 12);
  return { name, path: `${FOLDER}/${name}` };
}

/** What a system of NixOS goes back to must not be collected meanwhile. */
function rootsOf({ steps }: TargetWork, path: string): Action[] {
  return steps.flatMap(({ typed }): Action[] => {
    const before = typed?.tool === 'NixosRebuild' ? typed.undo?.state.before : undefined;
    if (typeof before !== 'string') return [];
    const argv = ['nix-store', '--realise', before, '--add-root', `${path}.system`];
    return [{ kind: 'process', argv, cwd: '/' }];
  });
}

/** Each side writes its word first and then looks for the other's: at most one of them goes on. */
export async function confirmDeadMan(step: string, target: number, ports: ChangePorts): Promise<Looked> {
  const { path } = placeOf(target, ports);
  if ((await ports.files.facts(`${path}.sh`)) === undefined) {
    return { ok: true, detail: 'no timer is armed any more' };
  }
  if ((await ports.files.facts(`${path}.confirmed`)) === undefined) {
    const action: Action = { kind: 'write', path: `${path}.confirmed`, content: '', expects: null };
    const written = await runStep(step, { text: 'the new state is confirmed', action }, ports);
    if (!written.ok) return written;
  }
  return (await ports.files.facts(`${path}.fired`)) === undefined
    ? { ok: true, detail: 'the new state is confirmed; the timer will do nothing' }
    : { ok: false, detail: 'the timer has brought the old state back already' };
}

/** What the way back leads to, where the plan does not say it. */
interface Kept {
  units: Readonly<Record<string, { active: string; file: string }>>;
  /** Those of the way back that were there before. */
  folders: readonly string[];
}

/** A POSIX shell, and nothing that needs the network or steward. */
function scriptOf({ path }: { path: string }, work: TargetWork, kept: Kept): string {
  const lines = [
    '#!/bin/sh',
    '# Made by steward before a change of the way to this machine: brings the old state back.',
    'set -u',
    `: >${path}.fired`,
    `[ -e ${path}.confirmed ] && exit 0`,
    'failed=0',
    'digest() { sha256sum "$1" 2>/dev/null | cut -d" " -f1; }',
    // Only from a state that the change made; what somebody else has written since is theirs.
    'restore() { # function that prints the old bytes, path, known digests',
    '  kept=$1 path=$2; shift 2',
    '  if [ -e "$path" ]; then',
    '    now=$(digest "$path")',
    '    for known in "$@"; do [ "$now" = "$known" ] && now=; done',
    '    [ -z "$now" ] || { echo "$path was changed by somebody else; it is left as it is"; failed=1; return; }',
    '  fi',
    '  if [ -z "$kept" ]; then rm -f "$path" || failed=1; return; fi',
    '  "$kept" >"$path" || failed=1',
    '}',
    ...work.files.flatMap(({ before }, index) =>
      before === null ? [] : [`file_${index + 1}() { base64 -d <<'END'`, inLines(before), 'END', '}'],
    ),
    ...work.back.flatMap((step) => linesOf(step, work, kept)),
    'sync',
    'echo "steward: nobody confirmed the change, and the old state is back (failed steps: $failed)"',
    'exit $failed',
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(step: BackStep, { files }: TargetWork, { units, folders }: Kept): string[] {
  switch (step.kind) {
    case 'restore': {
      const index = files.findIndex(({ path }) => path === step.file.path);
      const kept = step.file.before === null ? "''" : `file_${index + 1}`;
      return [
        `restore ${kept} ${quote(step.file.path)} ${step.file.known.join(' ')}`,
        ...(step.file.folders ?? []).toReversed().map(withoutFolder),
      ];
    }
    case 'folder':
      return folders.includes(step.path) ? [] : [withoutFolder(step.path)];
    case 'put':
      return [`printf %s ${quote(step.text)} >${quote(step.file)} || failed=1`];
    case 'unit': {
      const kept = units[step.unit];
      if (kept === undefined) return [];
      const enabled = kept.file === 'enabled' ? ['enable'] : kept.file === 'disabled' ? ['disable'] : [];
      const verbs = [...enabled, kept.active === 'active' ? 'restart' : 'stop'];
      return verbs.map((verb) => `systemctl ${verb} ${quote(step.unit)} || failed=1`);
    }
    case 'again':
    case 'do':
    case 'call':
      return lineOf(step.action);
    case 'typed':
      // 4: units failed, and the old system is active all the same.
      return (step.work.undo?.commands ?? []).map(
        (argv) => `${argv.map(quote).join(' ')} || [ $? = 4 ] || failed=1`,
      );
  }
}

function withoutFolder(path: string): string {
  return `[ ! -d ${quote(path)} ] || rmdir --ignore-fail-on-non-empty -- ${quote(path)} || failed=1`;
}

function lineOf(action: Action): string[] {
  switch (action.kind) {
    case 'process':
      return [`(cd ${quote(action.cwd)} && ${action.argv.map(quote).join(' ')}) || failed=1`];
    case 'shell':
      return [`(cd ${quote(action.cwd)} && bash -c ${quote(action.line)}) || failed=1`];
    default:
      return [];
  }
}

/** In lines, which every base64 reads. */
function inLines(text: string): string {
  return Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
