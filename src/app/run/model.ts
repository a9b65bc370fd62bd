import type { Prices } from '../../agent/index.ts';
import {
  cardOf,
  type FallbackCandidate,
  type ModelProfile,
  type ModelTarget,
  priceOf,
  profileOf,
  withFallbacks,
  withRetries,
  worstCaseUsd,
} from '../../models/index.ts';
import type { ModelCard, ModelPort } from '../../protocol/model.ts';
import type { SnapshotItem } from '../../protocol/snapshot.ts';
import { maskRequests } from '../masking/mask-requests.ts';
import { cardOverrides, keyOf } from './choose-target.ts';
import { isBegun } from './go-on.ts';
import { durationLeftMs } from './limits.ts';
import { portOf } from './model-port.ts';
import type { RunScope } from './open-run.ts';

/** The model of a run, with its retries and fall-backs. */
export interface Thinker {
  name: string;
  port: ModelPort;
  profile: ModelProfile;
  prices: Prices;
}

/** As much of a run as its model needs. */
export type ThinkerScope = Pick<RunScope, 'world' | 'choice' | 'recorder' | 'resumed' | 'limits'> & {
  request: Pick<RunScope['request'], 'prompt'>;
};

/** `seen`: what this sitting has gathered. null, with the reason, when there is no model to ask: none chosen, or no key. */
export async function createThinker(
  scope: ThinkerScope,
  seen: readonly SnapshotItem[],
): Promise<Thinker | { missing: string; isKey: boolean }> {
  const { choice, recorder } = scope;
  if (choice.primary.vendor === 'none') return { missing: choice.primary.reason, isKey: true };
  const missing = await missingKey(scope, choice.primary);
  const all = missing === null ? [choice.primary, ...choice.fallbacks] : choice.fallbacks;
  const targets = keepLocal(scope, all, seen);
  const candidates: FallbackCandidate[] = [];
  for (const target of targets)
    candidates.push({ model: target.model, port: await createPort(scope, target) });
  const [first, ...rest] = candidates;
  const target = targets[0];
  if (first === undefined || target === undefined) {
    return { missing: missing ?? (all.length > 0 ? MUST_STAY : 'no model'), isKey: true };
  }
  const port = withFallbacks([first, ...rest], {
    onFallback: (failure, from, to) =>
      recorder.record({
        type: 'notice.given',
        level: 'warning',
        text: `${from} cannot be had (${failure.message}); going on with ${to}`,
      }),
  });
  const cards = targets.map((one) => cardOf(one, cardOverrides(scope.world, one)));
  const card = cardOf(target, cardOverrides(scope.world, target));
  return { name: target.model, port, profile: profileOf(card), prices: pricesOf(card, cards) };
}

const MUST_STAY = 'what this run has seen must stay on this machine (egress: local)';

/**
 * A prompt for a local model holds what must stay local, so no model in the cloud may take over from it, now or when
 * the run goes on. A prompt for a model in the cloud was built without.
 */
function keepLocal(
  { resumed, recorder }: ThinkerScope,
  targets: readonly ModelTarget[],
  seen: readonly SnapshotItem[],
): ModelTarget[] {
  const staysLocal =
    (isBegun(resumed) && resumed?.staysLocal === true) ||
    (targets[0]?.place === 'local' && seen.some(({ egress }) => egress === 'local'));
  const kept = targets.filter(({ place }) => !staysLocal || place === 'local');
  const dropped = targets.filter((target) => !kept.includes(target)).map(({ model }) => model);
  if (dropped.length > 0) {
    const text = `${MUST_STAY}: it is not sent to ${dropped.join(', ')}`;
    recorder.record({ type: 'notice.given', level: 'warning', text });
  }
  return kept;
}

async function missingKey({ world }: ThinkerScope, target: ModelTarget): Promise<string | null> {
  if (target.key.kind === 'none' || (await keyOf(world, target)) !== null) return null;
  const where = target.key.kind === 'env' ? `$${target.key.name}` : target.key.path;
  return `${target.model} needs a key and ${where} holds none`;
}

async function createPort(scope: ThinkerScope, target: ModelTarget): Promise<ModelPort> {
  const { world, recorder } = scope;
  const leftMs = durationLeftMs(scope);
  const card = cardOf(target, cardOverrides(world, target));
  const port = await portOf(world, target);
  return withRetries(maskRequests(port, world.masker), {
    clock: world.clock,
    random: Math.random,
    deadlineAt: leftMs === null ? null : world.clock.now() + leftMs,
    onFailure(failure, attempt, pauseMs) {
      recorder.record({
        type: 'model.failed',
        model: target.model,
        class: failure.class,
        status: failure.status,
        message: failure.message,
        resumeAt: failure.resumeAt,
        attempt,
        pauseMs,
        usage: failure.usage,
        costUsd: priceOf(failure.usage, card),
      });
    },
  });
}

/** The worst case is that of the dearest model that may take over, and so is what nobody answered. */
function pricesOf(card: ModelCard, all: readonly ModelCard[]): Prices {
  return {
    card,
    priceOf(usage, model) {
      const answered = all.filter((one) => one.model === model);
      const costs = (answered.length > 0 ? answered : all).map((one) => priceOf(usage, one));
      return costs.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);
    },
    worstCase: (inputTokens, maxOutputTokens) =>
      Math.max(...all.map((one) => worstCaseUsd(inputTokens, maxOutputTokens, one).usd)),
  };
}
