import { resolve } from 'node:path';
import type { Action } from '../protocol/action.ts';
import type { ChangeStep } from '../protocol/change.ts';
import type { TypedWork } from '../protocol/typed-call.ts';
import type { Judgement } from '../protocol/verdict.ts';
import type { FutureFile } from './future-files.ts';

/** One step of a rollback. Each can be done twice, and when what it undoes was never done. */
export type BackStep =
  /** To the bytes that were there, from any of the states that the change went through. */
  | { kind: 'restore'; file: FutureFile }
  /** The same command again, so that a program reads what was restored. */
  | { kind: 'again'; line: string; action: Action }
  /** To the state that was kept: running or not, enabled or not. */
  | { kind: 'unit'; unit: string }
  /** A folder that was made, unless it was there before or something is in it. Absolute. */
  | { kind: 'folder'; path: string }
  /** An operator's own text for a file. */
  | { kind: 'put'; file: string; text: string }
  /** What a typed tool knows how to undo. */
  | { kind: 'typed'; work: TypedWork }
  /** An operator's own call of one. */
  | { kind: 'call'; work: TypedWork; action: Action }
  /** An operator's own, or the opposite of what was run. */
  | { kind: 'do'; text: string; action: Action };

export interface WayBack {
  steps: BackStep[];
  /** How each step of `apply` is undone, in words; null: it cannot be. */
  undo: (string | null)[];
}

/** A step of `apply` with what policy said of it. */
export interface JudgedStep {
  step: ChangeStep;
  action: Action;
  judgement: Judgement;
  /** Of a call: its target, what it rests on, and its undo. */
  typed: TypedWork | null;
}

/**
 * Derived from what the steps do: files first, then everything that reads them, then units, each to the state it had.
 * A command of which no opposite is known leaves a null.
 */
export function deriveWayBack(steps: readonly JudgedStep[], files: readonly FutureFile[]): WayBack {
  const again: BackStep[] = [];
  const units = new Set<string>();
  const opposites: BackStep[] = [];
  const made: BackStep[] = [];
  const undo = steps.map(({ step, action, judgement, typed }): string | null => {
    if (step.kind === 'edit' || step.kind === 'write') return 'the file is put back as it was';
    if (judgement.effect === 'observe') return 'nothing to undo';
    if (typed !== null && typed.undo !== null) {
      opposites.unshift({ kind: 'typed', work: typed });
      return typed.undo.text;
    }
    const words = plainWords(judgement);
    if (words === null) return null;
    const touched = unitsOf(words);
    if (touched !== null) {
      for (const unit of touched) units.add(unit);
      return `${touched.join(', ')}: back to the state it had`;
    }
    if (isReread(words)) {
      again.push({ kind: 'again', line: words.join(' '), action });
      return 'run again after the files are back';
    }
    const cwd = 'cwd' in action ? action.cwd : '/';
    const folders = foldersMadeBy(words, cwd);
    if (folders !== null) {
      made.unshift(...folders.map((path): BackStep => ({ kind: 'folder', path })));
      return `remove ${folders.join(', ')} again, unless it was there before or something is in it`;
    }
    const opposite = oppositeOf(words);
    if (opposite === null) return null;
    const text = opposite.join(' ');
    opposites.unshift({ kind: 'do', text, action: { kind: 'process', argv: opposite, cwd } });
    return text;
  });
  return {
    steps: [
      ...opposites,
      ...files.map((file): BackStep => ({ kind: 'restore', file })).reverse(),
      ...made,
      ...again,
      ...[...units].map((unit): BackStep => ({ kind: 'unit', unit })).reverse(),
    ],
    undo,
  };
}

/** Of a single command its words, `sudo` left out; null for pipes and everything that is not plain. */
function plainWords({ commands, writes = [] }: Judgement): readonly string[] | null {
  if (writes.length > 0) return null;
  const all = commands ?? [];
  const inner = all.length === 2 && all[0]?.[0] === 'sudo' ? all[1] : all.length === 1 ? all[0] : undefined;
  return inner ?? null;
}

const UNIT_VERBS = new Set([
  ...['start', 'stop', 'restart', 'try-restart', 'reload', 'reload-or-restart', 'try-reload-or-restart'],
  ...['enable', 'disable', 'reenable', 'mask', 'unmask', 'reset-failed'],
]);

function unitsOf(words: readonly string[]): string[] | null {
  if (words[0] !== 'systemctl') return null;
  const rest = words.slice(1).filter((word) => !word.startsWith('-'));
  const [verb, ...units] = rest;
  if (verb === undefined || !UNIT_VERBS.has(verb) || units.length === 0) return null;
  // A pattern would mean other units on the way back.
  if (units.some((unit) => /[*?[]/.test(unit))) return null;
  return units.map((unit) => (/\.\w+$/.test(unit) ? unit : `${unit}.service`));
}

/** Makes a program read its files again, and does nothing else. */
const REREADS: readonly (readonly string[])[] = [
  ['systemctl', 'daemon-reload'],
  ['systemctl', 'daemon-reexec'],
  ['udevadm', 'control', '--reload'],
  ['udevadm', 'control', '--reload-rules'],
  ['sysctl', '--system'],
  ['systemd-tmpfiles', '--create'],
  ['nginx', '-s', 'reload'],
  ['exportfs', '-ra'],
  ['exportfs', '-r'],
  ['consul', 'reload'],
];

function isReread(words: readonly string[]): boolean {
  return REREADS.some((known) => known.length === words.length && known.every((w, i) => w === words[i]));
}

/** Programs and verbs with their opposites; the operands stay the same. */
const OPPOSITES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['consul', 'maint', '-enable'],
    ['consul', 'maint', '-disable'],
  ],
  [
    ['nomad', 'node', 'eligibility', '-disable'],
    ['nomad', 'node', 'eligibility', '-enable'],
  ],
  [
    ['kubectl', 'cordon'],
    ['kubectl', 'uncordon'],
  ],
];

/** In the order in which they have to go; null for another command, and where what it makes is not only its operands. */
function foldersMadeBy([program, ...operands]: readonly string[], cwd: string): string[] | null {
  if (program !== 'mkdir' || operands.length === 0 || operands.some((word) => word.startsWith('-')))
    return null;
  return operands.map((word) => resolve(cwd, word)).reverse();
}

function oppositeOf(words: readonly string[]): string[] | null {
  for (const [one, other] of [...OPPOSITES, ...OPPOSITES.map(([a, b]) => [b, a] as const)]) {
    if (!one.every((word, index) => word === words[index])) continue;
    const rest = words.slice(one.length);
    return [...other, ...rest];
  }
  return null;
}
