import { AUTONOMIES, autonomyRank } from '../../../protocol/effect.ts';
import type { World } from '../../world.ts';
import type { Session } from '../session.ts';
import { code, page, table } from './markdown.ts';

const MODES = {
  default: 'asks before what policy does not allow by itself',
  acceptEdits: 'edits files of this work tree without asking; asks for the rest',
  plan: 'only looks; nothing is changed until the plan is approved',
  dontAsk: 'refuses what it would have to ask for',
  bypassPermissions: 'asks nothing; floors and deny rules hold',
} as const;

/** What no mode, rule, answer or autonomy lifts, by the names of the rules that say so. */
const FLOORS: readonly (readonly [string, string])[] = [
  ['floor:secret-file', 'files that hold secrets are never read, shown or written'],
  ['floor:mask', 'nothing runs or is written that holds a token of a masked secret'],
  ['floor:device, floor:kernel', 'no writing to devices, and not to the kernel through /proc and /sys'],
  ['floor:power', 'the machine is not taken down'],
  ['floor:pipe-to-interpreter', 'what comes out of a pipe is not run as a program'],
  ['floor:steward, -file, -unit', "steward's own state, settings, units and processes are left alone"],
];

const AUTONOMY = {
  observe: 'look',
  propose: 'look, and propose changes',
  reversible: 'make changes that can be undone',
  full: 'make the changes that policy allows',
} as const;

/** Mode, rules with where they come from, floors in words. */
export function permissionsPage(session: Session, world: World): string {
  const { state, options } = session;
  const { settings, loaded } = world;
  const level = settings.autonomy;
  const rows: string[][] = [];
  const kinds = ['deny', 'ask', 'allow'] as const;
  for (const kind of kinds) {
    const groups = [
      ['permissions', settings.permissions[kind]],
      ['permissions_interactive', settings.permissions_interactive[kind]],
    ] as const;
    for (const [group, rules] of groups) {
      const origins = loaded.origins[`${group}.${kind}`] ?? [];
      const from = origins.map(({ place }) => place).join(', ') || 'default';
      for (const rule of rules) rows.push([kind, code(rule), from]);
    }
  }
  for (const rule of options.denied) rows.push(['deny', code(rule), '--disallowedTools']);
  for (const rule of options.allowed) rows.push(['allow', code(rule), '--allowedTools']);
  for (const rule of state.rules) rows.push(['allow', code(rule), 'your answer, for this run']);
  const mayDo = AUTONOMIES.filter((one) => autonomyRank(one) <= autonomyRank(level)).at(-1) ?? level;
  return page(
    '# Permissions',
    `**Mode** ${state.mode}: ${MODES[state.mode]}.`,
    `**Autonomy** ${level}: goals that run with nobody there may ${AUTONOMY[mayDo]}.`,
    rows.length === 0
      ? 'No rule is set: what a program does is decided by what steward knows of it, and anything else is asked.'
      : `## Rules, in the order in which they decide\n\n${table(['Verdict', 'Rule', 'From'], rows)}`,
    `## Never, whatever is set\n\n${table(
      ['Rule', 'What it holds'],
      FLOORS.map(([rule, words]) => [rule, words]),
    )}`,
    'Why a line is decided as it is: `/policy explain LINE`.',
  );
}
