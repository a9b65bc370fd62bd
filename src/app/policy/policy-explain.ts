import { type Circumstances, decide, suggestRule } from '../../gate/index.ts';
import type { Explanation } from '../../policy/index.ts';
import { AUTONOMIES, type Autonomy, autonomyRank, type PermissionMode } from '../../protocol/effect.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import type { World } from '../world.ts';
import { createPolicing, type PolicingOptions } from './policing.ts';

export interface LineExplanation extends Explanation {
  line: string;
  gate: GateView;
}

/** What a run makes of the judgement, and what would have to be set for it to be done. */
export interface GateView {
  autonomy: Autonomy;
  mode: PermissionMode;
  unattended: { decision: 'allow' | 'refuse'; rule: string; reason: string };
  /** What an operator would have to set, least first; empty: nothing lifts it; null: nothing has to. */
  lift: string[] | null;
  /** No mode, rule or autonomy lifts it. */
  isFloor: boolean;
}

/** `steward policy explain`. Asks the real gate's decision; runs nothing. */
export async function explainLine(
  world: World,
  options: PolicingOptions,
  line: string,
): Promise<LineExplanation> {
  const policing = await createPolicing(world, options);
  const explanation = await policing.explain(line, world.cwd);
  const { judgement } = explanation;
  const { autonomy } = world.settings;
  const decision = decide(judgement, unattended(autonomy, options.mode));
  const rule = judgement.verdict === 'ask' ? suggestRule(judgement.action) : undefined;
  let lifted: Judgement | undefined;
  if (rule !== undefined) {
    const tried = await createPolicing(world, { ...options, allowed: [...options.allowed, rule] });
    const second = await tried.judge(judgement.action);
    if (second.verdict === 'allow') lifted = second;
  }
  return {
    line,
    ...explanation,
    gate: {
      autonomy,
      mode: options.mode,
      unattended: {
        decision: decision.kind === 'allow' ? 'allow' : 'refuse',
        rule: decision.rule,
        reason: decision.reason,
      },
      lift: decision.kind === 'allow' ? null : findLift(judgement, rule, lifted, autonomy),
      isFloor: judgement.verdict === 'deny',
    },
  };
}

function unattended(autonomy: Autonomy, mode: PermissionMode): Circumstances {
  return {
    origin: 'tool',
    autonomy,
    mode,
    isAttended: false,
    canAsk: false,
    isDurable: true,
    paused: null,
    isStopped: false,
    handsOff: [],
    grant: null,
  };
}

/** The smallest change after which the gate says yes to nobody being there; tried, not guessed. */
function findLift(
  judgement: Judgement,
  rule: string | undefined,
  lifted: Judgement | undefined,
  autonomy: Autonomy,
): string[] {
  const higher = AUTONOMIES.filter((level) => autonomyRank(level) > autonomyRank(autonomy));
  const attempts: { judgement: Judgement; rule?: string }[] = [{ judgement }];
  if (lifted !== undefined && rule !== undefined) attempts.push({ judgement: lifted, rule });
  for (const attempt of attempts) {
    for (const level of [autonomy, ...higher]) {
      if (decide(attempt.judgement, unattended(level, 'default')).kind !== 'allow') continue;
      return [
        ...(attempt.rule === undefined ? [] : [`the rule ${attempt.rule} in permissions.allow`]),
        ...(level === autonomy ? [] : [`autonomy ${level}`]),
      ];
    }
  }
  return [];
}
