import { createApprovals } from '../../approvals/index.ts';
import { cardOf } from '../../models/index.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { addUsage, NO_USAGE } from '../../protocol/model.ts';
import { createBudgetLedger, createSwitches } from '../../runs/index.ts';
import type { Status } from '../client.ts';
import { cardOverrides, chooseTarget, keyOf } from '../run/choose-target.ts';
import { autonomyOf } from '../run/open-run.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

/** The status line: what is known by now, told anew whenever something of it changes. */
export interface StatusKeeper {
  /** Counts what an event spent. */
  note(event: RunEvent): void;
  tell(): void;
  /** Settings are read: what follows from them is shown. */
  ready(world: World): Promise<void>;
  /** The model was named anew. */
  readModel(): Promise<void>;
  /** What other processes change too: the pause, the money of the day. */
  readShared(): Promise<void>;
  /** Another run, or none: with what it has spent so far. */
  restart(events: readonly RunEvent[]): void;
}

/** Switches and the money of other runs change without us. */
const POLL_MS = 2_000;

export function createStatus(session: Session): StatusKeeper {
  const { options, hub, state } = session;
  let world: World | null = null;
  let windowTokens = 0;
  let usedTokens: number | null = null;
  let last = '';
  const facts: Omit<Status, 'mode' | 'isWorking' | 'run' | 'runName' | 'context'> = {
    version: options.version,
    host: options.host,
    user: options.user,
    cwd: options.cwd,
    model: null,
    modelMissing: null,
    autonomy: 'reversible',
    isolation: null,
    target: null,
    usage: NO_USAGE,
    costUsd: { run: 0, today: 0 },
    pendingApprovals: 0,
    paused: null,
  };

  function tell(): void {
    const { mode, isWorking, run, runName } = state;
    const context = usedTokens === null || windowTokens === 0 ? null : { usedTokens, windowTokens };
    const status: Status = { ...facts, mode, isWorking, run, runName, context };
    const text = JSON.stringify(status);
    if (text === last) return;
    last = text;
    hub.tell({ kind: 'status', status });
  }

  function spend(event: { usage: Status['usage']; costUsd: number | null }): void {
    facts.usage = addUsage(facts.usage, event.usage);
    const isFree = Object.values(event.usage).every((tokens) => tokens === 0);
    const cost = event.costUsd ?? (isFree ? 0 : null);
    const { run, today } = facts.costUsd;
    facts.costUsd = { run: run === null || cost === null ? null : run + cost, today };
  }

  function count(event: RunEvent): void {
    switch (event.type) {
      case 'run.opened':
        facts.autonomy = event.autonomy;
        state.run = event.run;
        break;
      case 'model.replied': {
        const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = event.usage;
        const used = inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens;
        if (used > 0) usedTokens = used;
        spend(event);
        break;
      }
      case 'model.failed':
        spend(event);
        break;
      case 'context.reduced':
        usedTokens = Math.ceil(JSON.stringify(event.messages).length / 4);
        spend(event);
        break;
    }
  }

  async function readModel(): Promise<void> {
    if (world === null) return;
    facts.model = null;
    facts.modelMissing = null;
    const request = {
      model: state.model,
      fallbackModels: options.fallbackModels,
      trigger: { kind: 'manual' as const, payload: null, parent: null },
    };
    try {
      const { primary } = chooseTarget(world, request, null);
      if (primary.vendor === 'none') facts.modelMissing = primary.reason;
      else if (primary.key.kind !== 'none' && (await keyOf(world, primary)) === null) {
        const where = primary.key.kind === 'env' ? `$${primary.key.name}` : primary.key.path;
        facts.modelMissing = `${primary.model} needs a key and ${where} holds none`;
      } else {
        facts.model = { name: primary.model, place: primary.place };
        windowTokens = cardOf(primary, cardOverrides(world, primary)).contextTokens;
      }
    } catch (error) {
      facts.modelMissing = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      tell();
    }
  }

  async function readShared(): Promise<void> {
    if (world === null) return;
    const { paused } = await createSwitches(world).read(state.run ?? '');
    facts.paused = paused;
    const ledger = createBudgetLedger({ store: world.store, clock: world.clock, limits: {} });
    facts.costUsd = { ...facts.costUsd, today: (await ledger.spent()).dayUsd };
    const approvals = await createApprovals(world).list();
    facts.pendingApprovals = approvals.filter(({ state: now }) => now === 'pending').length;
    tell();
  }

  return {
    tell,
    note(event) {
      count(event);
      if (event.type === 'run.closed') void readShared().catch(() => {});
      tell();
    },
    async ready(opened) {
      world = opened;
      facts.isolation = opened.isolation.known;
      facts.autonomy = autonomyOf(opened, null);
      const poll = setInterval(() => {
        if (state.isClosed) clearInterval(poll);
        // The gate reads the same switch, and refuses when it cannot.
        else void readShared().catch(() => {});
      }, POLL_MS);
      poll.unref();
      await readModel();
      await readShared();
    },
    readModel,
    readShared,
    restart(events) {
      facts.usage = NO_USAGE;
      facts.costUsd = { ...facts.costUsd, run: 0 };
      usedTokens = null;
      for (const event of events) count(event);
      tell();
    },
  };
}
