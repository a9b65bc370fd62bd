import type { ChangeEnd } from '../../protocol/change.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { addUsage, NO_USAGE, type Usage } from '../../protocol/model.ts';

export interface NextNumbers {
  probe: number;
  look: number;
  finding: number;
  check: number;
  question: number;
  change: number;
}

/** `turns` over all sittings, the rest of this one. `costUsd`: null when a price is not known. */
export interface Spent {
  turns: number;
  usage: Usage;
  costUsd: number | null;
}

/** What the end of a run is judged by, counted from its events as they come. */
export interface RunLedger {
  note(event: RunEvent): void;
  effects(): { begun: number; inDoubt: number };
  /** How the changes of this sitting ended; `parked`: it waits for a person. */
  changes(): readonly (ChangeEnd | 'parked')[];
  /** What the model took, by the lines that there are of it. */
  spent(): Spent;
  readonly evidence: ReadonlySet<string>;
  /** Ids of calls that passed the gate and ended. */
  readonly answered: ReadonlySet<string>;
  readonly next: Readonly<NextNumbers>;
}

export const NOTHING_SPENT: Spent = { turns: 0, usage: NO_USAGE, costUsd: 0 };

type StepEnd = 'open' | 'ended';

export function createLedger(): RunLedger {
  const effects = new Map<string, StepEnd>();
  /** Step → path of the file it writes; path → did its last write end well? */
  const writes = new Map<string, string>();
  const written = new Map<string, boolean>();
  const evidence = new Set<string>();
  const looked = new Set<string>();
  const answered = new Set<string>();
  const changes = new Map<string, ChangeEnd | 'parked'>();
  let spent = NOTHING_SPENT;
  const next: NextNumbers = { probe: 1, look: 1, finding: 1, check: 1, question: 1, change: 1 };

  return {
    evidence,
    answered,
    next,
    // A command that failed has said so, and the model was told. What nobody saw end, and a file that could not be
    // written, are in doubt.
    effects: () => ({
      begun: effects.size,
      inDoubt:
        count(effects.values(), (end) => end === 'open') + count(written.values(), (isGood) => !isGood),
    }),
    changes: () => [...changes.values()],
    spent: () => spent,
    note(event) {
      switch (event.type) {
        case 'step.started':
          // What a change did is judged by how the change ended.
          if (event.effect !== 'observe' && !isOfChange(event.step)) effects.set(event.step, 'open');
          break;
        case 'change.planned':
          evidence.add(event.change);
          raise('change', [{ id: event.change }]);
          break;
        case 'change.parked':
          changes.set(event.change, 'parked');
          break;
        case 'change.ended':
          changes.set(event.change, event.end);
          break;
        case 'file.checkpointed':
          writes.set(event.step, event.path);
          break;
        case 'step.finished': {
          if (effects.has(event.step)) effects.set(event.step, 'ended');
          const path = writes.get(event.step);
          if (path !== undefined) written.set(path, event.ok);
          looked.add(callOf(event.step));
          break;
        }
        case 'snapshot.taken':
          for (const { id } of event.items) evidence.add(id);
          raise('probe', event.items);
          break;
        case 'look.taken':
          evidence.add(event.look.id);
          raise('look', [event.look]);
          break;
        case 'findings.judged':
          raise('finding', event.findings);
          break;
        case 'checks.made':
          raise('check', event.checks);
          break;
        case 'step.asked':
          raise('question', [event.question]);
          break;
        case 'call.finished':
          if (event.tool !== 'Report') evidence.add(event.call);
          if (!event.refused && looked.has(event.call)) answered.add(event.call);
          break;
        case 'run.resumed':
          spent = { ...NOTHING_SPENT, turns: spent.turns };
          break;
        case 'model.requested':
          spent = { ...spent, turns: event.turn };
          break;
        case 'model.replied':
        case 'model.failed':
        case 'context.reduced':
          spent = withCost(spent, event);
          break;
        case 'run.closed':
          // How it went until then has been judged.
          effects.clear();
          written.clear();
          answered.clear();
          changes.clear();
          break;
      }
    },
  };

  function raise(kind: keyof NextNumbers, items: readonly { id: string }[]): void {
    for (const { id } of items) next[kind] = Math.max(next[kind], Number(id.slice(1)) + 1);
  }
}

function withCost(spent: Spent, { usage, costUsd }: Pick<Spent, 'usage' | 'costUsd'>): Spent {
  // A failed request that took no tokens has no price, and needs none.
  const isFree = Object.values(usage).every((tokens) => tokens === 0);
  const cost = costUsd ?? (isFree ? 0 : null);
  return {
    ...spent,
    usage: addUsage(spent.usage, usage),
    costUsd: cost === null || spent.costUsd === null ? null : spent.costUsd + cost,
  };
}

function isOfChange(step: string): boolean {
  return /^X\d+\./.test(step);
}

/** One call may take several steps: `C3.before`, `C3`, `C3.after`. */
function callOf(step: string): string {
  return step.split('.')[0] ?? step;
}

function count<T>(values: Iterable<T>, isWanted: (value: T) => boolean): number {
  return [...values].filter(isWanted).length;
}
