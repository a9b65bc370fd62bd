import { cardOf, type ModelTarget, probeToolUse, profileOf } from '../../models/index.ts';
import type { IsolationState } from '../../protocol/isolation.ts';
import { listElsewhere } from '../change/approvals-elsewhere.ts';
import { executorToAnswer } from '../executor/client.ts';
import { look } from '../looking/look.ts';
import { cardOverrides, chooseTarget } from '../run/choose-target.ts';
import { portOf } from '../run/model-port.ts';
import type { World } from '../world.ts';

export interface Diagnosis {
  /** What a run on this machine can count on. */
  level: 'cloud model' | 'local model' | 'rules only';
  model: { name: string | null; endpoint: string | null; canCallTools: boolean; detail: string };
  isolation: IsolationState;
  /** Where changes that need root are asked for; null: there is none, or settings say never. */
  executor: { socket: string; waiting: number; problem: string | null } | null;
  state: { location: string; kind: 'disk' | 'memory' };
  settings: string[];
  /** Channels on which people are told; whether they work, `steward notify test` says. */
  people: { channel: string; kind: string }[];
  probes: { name: string; status: string; reason: string | null }[];
  notices: string[];
}

/** What is configured, reachable and missing. Asks the model one small question, to see whether it can call tools. */
export async function diagnose(world: World, model: string | null, signal: AbortSignal): Promise<Diagnosis> {
  const request = {
    model,
    fallbackModels: [],
    trigger: { kind: 'manual' as const, payload: null, parent: null },
  };
  const { primary } = chooseTarget(world, request, null);
  const [thinking, seen] = await Promise.all([
    primary.vendor === 'none' ? noModel(primary.reason) : tryModel(world, primary, signal),
    look(world, [], signal),
  ]);
  const level = thinking.canCallTools && primary.vendor !== 'none' ? LEVELS[primary.place] : 'rules only';
  return {
    level,
    model: thinking,
    isolation: await world.isolation.settle(),
    executor: await lookForExecutor(world),
    state: { location: world.store.location, kind: world.store.kind },
    settings: world.loaded.sources,
    people: Object.entries(world.settings.notify.channels).map(([channel, { kind }]) => ({ channel, kind })),
    probes: seen.gathered.items.map(({ probe, status, reason }) => ({ name: probe, status, reason })),
    notices: world.notices,
  };
}

const LEVELS = { cloud: 'cloud model', local: 'local model' } as const;

async function lookForExecutor(world: World): Promise<Diagnosis['executor']> {
  const socket = executorToAnswer(world);
  if (socket === null) return null;
  const { approvals, problem } = await listElsewhere(world);
  return { socket, waiting: approvals.filter(({ state }) => state === 'pending').length, problem };
}

function noModel(reason: string): Diagnosis['model'] {
  return { name: null, endpoint: null, canCallTools: false, detail: reason };
}

async function tryModel(world: World, target: ModelTarget, signal: AbortSignal): Promise<Diagnosis['model']> {
  const card = cardOf(target, cardOverrides(world, target));
  const port = await portOf(world, target, { firstByteMs: 60_000 });
  const { canCallTools, detail } = await probeToolUse(port, target.model, signal);
  const small = profileOf(card).isSmall ? '; small context: fewer tools, shorter output' : '';
  return {
    name: target.model,
    endpoint: target.endpoint,
    canCallTools,
    detail: `${detail}${canCallTools ? small : ''}`,
  };
}
