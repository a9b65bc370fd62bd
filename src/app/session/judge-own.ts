import { explanationText } from '../policy/explanation-text.ts';
import { createPolicing } from '../policy/policing.ts';
import { explainLine } from '../policy/policy-explain.ts';
import type { Session } from './session.ts';

/** A person who types `sudo` means it; what it does is what it runs. */
const PRIVILEGE = /^\s*(?:sudo|doas|run0)\s+(?:-\S+\s+)*/;

/** A sentence for what cannot be undone; null for everything else, and for what nobody knows. */
export async function warnOfOwn(session: Session, line: string): Promise<string | null> {
  const world = await session.world();
  const { policy, judge } = await createPolicing(world, {
    mode: 'default',
    allowed: [],
    denied: [],
    isAttended: true,
  });
  const { effect, reason } = await judge(policy.toAction(line.replace(PRIVILEGE, ''), world.cwd));
  return effect === 'irreversible' ? world.masker.mask(`This cannot be undone: ${reason}.`) : null;
}

/** The parse, the parts, the spec and the rule behind each verdict: what `steward policy explain` prints. */
export async function explainOwn(session: Session, line: string): Promise<string> {
  const world = await session.world();
  const { options, state } = session;
  const { rules, mode } = state;
  const allowed = [...options.allowed, ...rules];
  const explanation = await explainLine(
    world,
    { mode, allowed, denied: options.denied, isAttended: true },
    line,
  );
  return world.masker.mask(explanationText(explanation));
}
