import type { AskPorts } from '../../gate/index.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import { createPolicing, type Policing, type PolicingOptions } from '../policy/policing.ts';
import { offerRule } from '../policy/rule-offer.ts';
import type { World } from '../world.ts';
import type { Attendance } from './attendance.ts';
import type { Recorder } from './recorder.ts';

/** Policy that follows the session: its mode, and the rules that answers have given. */
export interface LivePolicing extends Policing {
  /** As it is now, and with one rule more. */
  withRule(rule: string): Promise<Policing>;
}

/** `base` holds what does not change while a run works: floors, specs, what is secret. */
export function createLivePolicing(
  world: World,
  base: Policing,
  options: Omit<PolicingOptions, 'mode'>,
  attendance: Attendance,
): LivePolicing {
  const known = new Map<string, Promise<Policing>>();
  const now = (more: readonly string[]): Promise<Policing> => {
    const mode = attendance.mode();
    const allowed = [...options.allowed, ...attendance.rules, ...more];
    const key = JSON.stringify([mode, allowed]);
    const found = known.get(key) ?? createPolicing(world, { ...options, mode, allowed });
    known.set(key, found);
    return found;
  };
  return {
    policy: base.policy,
    judge: async (action) => (await now([])).judge(action),
    explain: async (line, cwd) => (await now([])).explain(line, cwd),
    withRule: (rule) => now([rule]),
  };
}

/** Programs that ask for a password, or edit what only they may, on the terminal itself. */
const TERMINAL_PROGRAMS = new Set(['sudo', 'doas', 'su', 'pkexec', 'passwd', 'visudo', 'chpasswd']);

/** How the gate asks the person who is there. */
export function createAskPorts(
  world: World,
  policing: LivePolicing,
  attendance: Attendance,
  { recorder, signal }: { recorder: Recorder; signal: AbortSignal },
): AskPorts {
  return {
    asker: attendance.asker,
    nextQuestion: () => `Q${recorder.next().question}`,
    signal,
    offer: async (judgement) => {
      const offer = await offerRule(judgement, world.cwd, policing.withRule);
      if (offer === null) return null;
      // A rule that holds a secret would stand in the log without it, and mean something else.
      return world.masker.mask(offer.rule) === offer.rule ? offer : null;
    },
    addRule(rule) {
      const isNew = !attendance.rules.has(rule);
      attendance.rules.add(rule);
      return () => {
        if (isNew) attendance.rules.delete(rule);
      };
    },
    settle: attendance.settle,
    wantsTerminal,
  };
}

export function wantsTerminal({ commands = [] }: Judgement): boolean {
  return commands.some(([name = '']) => TERMINAL_PROGRAMS.has(name));
}
