import { ONLY_ROOT } from '../../context/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { ExecutorAnswer } from '../../protocol/executor.ts';
import type { ProbeSpec } from '../../protocol/probe.ts';
import type { SnapshotItem } from '../../protocol/snapshot.ts';
import { askExecutor, executorToAnswer } from '../executor/client.ts';
import type { World } from '../world.ts';

const WITHIN_MS = 10_000;

/**
 * Probes that only root may take are asked of the executor, by name: it knows those that were shipped and those of root's,
 * and gives back what it saw. Where there is none, or it does not answer, they stay not configured and say why.
 */
export async function askRootProbes<T extends { items: SnapshotItem[] }>(
  world: Pick<World, 'settings' | 'masker' | 'clock'>,
  taken: T,
  { probes, previous, signal }: Asking,
): Promise<T> {
  const specs = new Map(probes.map((spec) => [spec.name, spec]));
  const isRoots = ({ probe, status, reason }: SnapshotItem): boolean =>
    specs.get(probe)?.privilege === 'root' && status === 'not-configured' && reason === ONLY_ROOT;
  if (!taken.items.some(isRoots)) return taken;
  const socket = executorToAnswer(world);
  if (socket === null) return taken;
  const until = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
  const items = await Promise.all(
    taken.items.map(async (item) => {
      if (!isRoots(item)) return item;
      const asked = await askOne(socket, item, world, until);
      return { ...asked, change: changeOf(asked, previous?.[item.probe]) };
    }),
  );
  return { ...taken, items };
}

interface Asking {
  probes: readonly ProbeSpec[];
  /** What the goal's last snapshot said. */
  previous: Readonly<Record<string, { status: SnapshotItem['status']; digest: string }>> | null;
  signal: AbortSignal;
}

function changeOf(
  { status, digest }: SnapshotItem,
  before: { status: SnapshotItem['status']; digest: string } | undefined,
): SnapshotItem['change'] {
  if (before === undefined) return 'new';
  return before.digest === digest && before.status === status ? 'same' : 'changed';
}

const BY_EXECUTOR = ' (by the executor)';
const WAS_ASKED = `${ONLY_ROOT}; the executor was asked: `;

/** What the executor had to do with an item; null: it was not asked. */
export function executorPart({
  command,
  reason,
}: Pick<SnapshotItem, 'command' | 'reason'>): 'answered' | 'silent' | null {
  if (command.endsWith(BY_EXECUTOR)) return 'answered';
  return reason?.startsWith(WAS_ASKED) === true ? 'silent' : null;
}

async function askOne(
  socket: string,
  item: SnapshotItem,
  { masker, clock }: Pick<World, 'masker' | 'clock'>,
  signal: AbortSignal,
): Promise<SnapshotItem> {
  const since = clock.elapsed();
  const notAsked = (why: string): SnapshotItem => ({
    ...item,
    reason: masker.mask(`${WAS_ASKED}${why}`),
  });
  let found = null as SnapshotItem | null;
  try {
    const last = await askExecutor(
      socket,
      { do: 'probe', probe: item.probe },
      {
        signal,
        onAnswer(answer: ExecutorAnswer) {
          if (answer.say === 'probed') found = answer.item;
        },
      },
    );
    if (found === null || last.say !== 'done') {
      return notAsked(last.say === 'refused' ? last.message : last.say === 'lost' ? last.why : last.say);
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    return notAsked(error.message);
  }
  const { status, reason, text, totalBytes, isTruncated, digest, at, facts, command } = found;
  return {
    ...item,
    ...{ status, totalBytes, isTruncated, digest, at, facts },
    text: masker.mask(text),
    reason: reason === null ? null : masker.mask(reason),
    command: `${masker.mask(command)}${BY_EXECUTOR}`,
    durationMs: Math.round(clock.elapsed() - since),
  };
}
