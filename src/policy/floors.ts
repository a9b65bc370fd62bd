import { effectRank } from '../protocol/effect.ts';
import { mayMatchBoth, split } from './glob.ts';
import type { CommandContext } from './kinds.ts';
import { denied, type Ruling, raised } from './ruling.ts';
import type { Arg } from './words.ts';

/**
 * Holds the words of a command that does more than observe against what no mode, rule or autonomy may touch. Nothing
 * is known of what such a program makes of a word, so each is taken for a path, a unit and an option's value; a word
 * that is known only when it runs could be any of them, and makes the effect one that nobody lifts.
 */
export function withFloors(ruling: Ruling, args: readonly Arg[], context: CommandContext): Ruling {
  let result = ruling;
  for (const arg of args) {
    const unit = unitFloor(arg, ruling, context.program);
    if (unit !== undefined) return unit;
    if (arg.kind !== 'literal' && !arg.isNumber) {
      result = raised(result, 'and what it touches is known only when it runs');
    }
    if (arg.kind === 'dynamic') continue;
    const isPattern = arg.kind === 'pattern';
    for (const path of pathsOf(arg.text)) {
      const floor = context.paths.check(path, context.cwds, 'write', isPattern);
      if (floor?.verdict === 'deny') return { ...floor, effect: ruling.effect };
      if (floor !== undefined && effectRank(result.effect) < effectRank('disruptive'))
        result = raised(floor, '');
      const around = context.paths.check(path, context.cwds, 'around', isPattern);
      if (around === undefined) continue;
      if (ruling.effect === 'irreversible') return denied(around.rule, around.reason, ruling.effect);
      result = raised(result, `and ${around.reason}`);
    }
  }
  return result;
}

/** The word, what follows its `=`, and whatever could be attached to an option of one letter. */
function pathsOf(text: string): string[] {
  const found = [text.slice(text.indexOf('=') + 1)];
  if (!text.startsWith('-')) found.push(text);
  else if (!text.startsWith('--'))
    for (let i = 2; i < Math.min(text.length, 64); i++) found.push(text.slice(i));
  return [...new Set(found)].filter((path) => path !== '' && !path.startsWith('-'));
}

const UNIT_PROGRAMS = new Set(['systemctl', 'service', 'invoke-rc.d', 'pkill', 'killall', 'skill', 'snice']);
const OWN_UNITS = split('steward*');
const POWER_UNIT =
  /^(?:(?:systemd-)?(?:reboot|poweroff|halt|kexec|soft-reboot|suspend|hibernate|hybrid-sleep|suspend-then-hibernate)|shutdown|exit|sleep|final|umount|rescue|emergency|initrd.*|ctrl-alt-del|runlevel[016]|system-update.*)(?:\.target|\.service)?$/;

/** steward's own units and processes, and the units that take the machine down. */
function unitFloor(arg: Arg, ruling: Ruling, program: string): Ruling | undefined {
  if (arg.kind === 'dynamic' || !UNIT_PROGRAMS.has(program) || arg.text.startsWith('-')) return undefined;
  const name = arg.text.slice(arg.text.lastIndexOf('/') + 1);
  // systemctl expands patterns itself; to pkill any part of a name is one.
  if (mayMatchBoth(split(name), OWN_UNITS) || name.includes('steward')) {
    return denied('floor:steward-unit', `${arg.text} may be steward itself`, ruling.effect);
  }
  const isStart = /\.(?:start|restart|try-restart|reload-or-restart|isolate|set-default|enable)$/.test(
    ruling.rule,
  );
  if (program === 'systemctl' && isStart && POWER_UNIT.test(name)) {
    return denied('floor:power', `${arg.text} takes the machine down`, 'irreversible');
  }
  return undefined;
}
