import type { Action } from '../protocol/action.ts';
import type { Looked } from './expectations.ts';
import { readOrTell } from './future-files.ts';
import { patienceOf } from './patience.ts';
import type { TargetWork } from './plan.ts';
import type { ChangePorts } from './ports.ts';
import { runStep } from './run-step.ts';
import type { BackStep } from './way-back.ts';

/** What `systemctl show` says of a unit, as far as a way back needs it. */
interface UnitState {
  /** `active`, `failed`, `inactive`, … */
  active: string;
  /** `enabled`, `disabled`, `masked`, `static`, …; empty for a unit without a file. */
  file: string;
}

const TIMEOUT_MS = 20_000;
const LIMIT_BYTES = 64 * 1024;
/** How long a unit may take to be as it was. */
const SETTLE_MS = 30_000;
const POLL_MS = 250;

/** Before anything is applied: the states that a way back leads to, on disk. */
export async function keepState(
  step: string,
  target: number,
  back: readonly BackStep[],
  ports: ChangePorts,
): Promise<Looked> {
  const units = back.flatMap((each) => (each.kind === 'unit' ? [each.unit] : []));
  const states: Record<string, UnitState> = {};
  for (const [index, unit] of units.entries()) {
    const state = await readUnit(`${step}.${index + 1}`, unit, ports);
    if (typeof state === 'string') return { ok: false, detail: `${unit}: ${state}` };
    states[unit] = state;
  }
  await ports.kept.write(unitsName(target), JSON.stringify(states));
  const folders: string[] = [];
  for (const step of back) {
    if (step.kind === 'folder' && (await ports.files.facts(step.path)) !== undefined) folders.push(step.path);
  }
  await ports.kept.write(foldersName(target), JSON.stringify(folders));
  const told = Object.entries(states).map(
    ([unit, { active, file }]) => `${unit} is ${active}, ${file || 'no file'}`,
  );
  return { ok: true, detail: told.join('; ') || 'nothing to keep' };
}

/** Enabled or not first, then running or not. What ran is started anew, since it reads its files only then. */
export async function bringUnitBack(
  step: string,
  target: number,
  unit: string,
  ports: ChangePorts,
): Promise<Looked> {
  const kept = await keptUnit(target, unit, ports);
  if (kept === null) return { ok: false, detail: `nobody kept how ${unit} was` };
  const now = await readUnit(`${step}.now`, unit, ports);
  if (typeof now === 'string') return { ok: false, detail: now };
  const verbs = [...fileVerbs(kept.file, now.file), kept.active === 'active' ? 'restart' : 'stop'];
  for (const [index, verb] of verbs.entries()) {
    const action: Action = { kind: 'process', argv: ['systemctl', verb, unit], cwd: '/' };
    const done = await whenSystemdListens(
      (time) => runStep(`${step}.${index + 1}${time}`, { text: `${verb} ${unit}`, action }, ports),
      ({ ok, detail }) => (ok ? null : detail),
      ports,
    );
    if (!done.ok) return { ok: false, detail: `systemctl ${verb} ${unit}: ${done.detail}` };
  }
  return { ok: true, detail: `${unit}: ${verbs.join(', ')}` };
}

function fileVerbs(kept: string, now: string): string[] {
  if (kept === now) return [];
  const verbs: string[] = [];
  if (now.startsWith('masked') && !kept.startsWith('masked')) verbs.push('unmask');
  if (kept === 'enabled') verbs.push('enable');
  if (kept === 'disabled') verbs.push('disable');
  if (kept.startsWith('masked')) verbs.push('mask');
  return verbs;
}

/** The first check of a way back: every file byte for byte, every unit as it was. */
export async function lookBack(
  step: string,
  targetIndex: number,
  target: TargetWork,
  ports: ChangePorts,
): Promise<Looked> {
  for (const [index, file] of target.files.entries()) {
    if (target.back.some((back) => back.kind === 'put' && back.file === file.path)) continue;
    const now = await readOrTell(`${step}.file${index + 1}`, file.path, ports);
    if ('problem' in now) return { ok: false, detail: now.problem };
    if (now.text !== file.before) return { ok: false, detail: `${file.path} is not as it was` };
  }
  for (const back of target.back) {
    if (back.kind !== 'unit') continue;
    const looked = await awaitUnit(step, targetIndex, back.unit, ports);
    if (!looked.ok) return looked;
  }
  return { ok: true, detail: 'files and units are as before' };
}

async function awaitUnit(step: string, target: number, unit: string, ports: ChangePorts): Promise<Looked> {
  const kept = await keptUnit(target, unit, ports);
  if (kept === null) return { ok: false, detail: `nobody kept how ${unit} was` };
  const until = ports.clock.elapsed() + patienceOf(ports, SETTLE_MS);
  for (let look = 1; ; look += 1) {
    const now = await readUnit(`${step}.${unit}.${look}`, unit, ports);
    if (typeof now === 'string') return { ok: false, detail: now };
    const isRunningAgain = (now.active === 'active') === (kept.active === 'active');
    if (isRunningAgain && now.file === kept.file) return { ok: true, detail: '' };
    if (ports.clock.elapsed() >= until) {
      return {
        ok: false,
        detail: `${unit} is ${now.active} (${now.file}), and was ${kept.active} (${kept.file})`,
      };
    }
    await ports.clock.sleep(POLL_MS);
  }
}

/** As they were before anything was applied; empty when nobody kept them. */
export async function keptUnits(target: number, ports: ChangePorts): Promise<Record<string, UnitState>> {
  const text = await ports.kept.read(unitsName(target));
  // Written by `keepUnits`, in a folder that is ours alone.
  return text === undefined ? {} : (JSON.parse(text) as Record<string, UnitState>);
}

/** Those of the way back that were there before anything was applied; null when nobody kept it. */
export async function keptFolders(target: number, ports: ChangePorts): Promise<string[] | null> {
  const text = await ports.kept.read(foldersName(target));
  // Written by `keepState`.
  return text === undefined ? null : (JSON.parse(text) as string[]);
}

function foldersName(target: number): string {
  return `target-${target + 1}/folders.json`;
}

async function keptUnit(target: number, unit: string, ports: ChangePorts): Promise<UnitState | null> {
  return (await keptUnits(target, ports))[unit] ?? null;
}

function unitsName(target: number): string {
  return `target-${target + 1}/units.json`;
}

/** A string says why it could not be read. */
function readUnit(step: string, unit: string, ports: ChangePorts): Promise<UnitState | string> {
  return whenSystemdListens(
    (time) => readUnitOnce(`${step}${time}`, unit, ports),
    (seen) => (typeof seen === 'string' ? seen : null),
    ports,
  );
}

/** systemd drops connections while it starts and while it reads its units again: at boot, just when a change is recovered. */
const BUSY =
  /Transport endpoint is not connected|Connection (?:reset|refused|timed out)|Failed to connect to (?:system scope )?bus|Failed to (?:get|activate).*: (?:Connection|No such file)/i;
const BUSY_MS = 15_000;

/** Tries again, only while systemd itself could not be talked to. `problemOf`: what an answer says went wrong. */
async function whenSystemdListens<T>(
  work: (time: string) => Promise<T>,
  problemOf: (answer: T) => string | null,
  ports: ChangePorts,
): Promise<T> {
  const until = ports.clock.elapsed() + patienceOf(ports, BUSY_MS);
  for (let time = 1; ; time += 1) {
    const answer = await work(time === 1 ? '' : `.again${time}`);
    const problem = problemOf(answer);
    if (problem === null || !BUSY.test(problem) || ports.clock.elapsed() >= until) return answer;
    await ports.clock.sleep(POLL_MS);
  }
}

async function readUnitOnce(step: string, unit: string, ports: ChangePorts): Promise<UnitState | string> {
  const argv = ['systemctl', 'show', '-p', 'ActiveState', '-p', 'UnitFileState', unit];
  const admission = await ports.gate.perform(
    { id: step, origin: ports.origin, action: { kind: 'process', argv, cwd: '/' } },
    async (permit) => {
      const options = { timeoutMs: TIMEOUT_MS, limitBytes: LIMIT_BYTES };
      const value = await ports.processes.run(permit, options);
      return {
        value,
        trace: { ok: value.exitCode === 0, summary: `exit ${value.exitCode ?? value.signal}` },
      };
    },
  );
  if (admission.kind === 'refused') return admission.reason;
  const { exitCode, stdout, stderr, startError } = admission.value;
  if (exitCode !== 0) {
    return `systemctl show failed: ${startError ?? (stderr.text.trim().split('\n')[0] || `exit ${exitCode}`)}`;
  }
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout.text)?.[1] ?? '';
  return { active: value('ActiveState'), file: value('UnitFileState') };
}
