import { OpsError } from '../../lib/ops-error.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { SnapshotItem } from '../../protocol/snapshot.ts';
import type { Panel } from '../client.ts';
import { look } from '../looking/look.ts';
import { loadProbes } from '../looking/probes.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

/** What is wrong now, as the settings' quick probes see it. Goes through the gate, only looks, teaches the history nothing. */
export interface QuickLook {
  /** Tells of it with `panel`. Whoever asks while one is under way waits for that one. Never rejects. */
  refresh(): Promise<void>;
  /** What a run does: after one that touched something it looks again, so that no panel says what is mended. */
  note(event: RunEvent): void;
  /** The same, at once, behind a look that is under way: that one may have been too early. */
  refreshAfter(): Promise<void>;
  /** Of the last look, facts included; empty before it. */
  items(): readonly SnapshotItem[];
  /** The last panel in full. */
  panel(): Panel;
  stop(): void;
}

/** A screen that is opened waits for nothing; a panel that is not there by then says so. */
const DEADLINE_MS = 15_000;

export function createQuickLook(session: Session): QuickLook {
  let running: Promise<void> | null = null;
  let items: SnapshotItem[] = [];
  let hasTouched = false;
  let panel: Panel = {
    state: 'looking',
    at: null,
    findings: [],
    probes: { ok: 0, notConfigured: 0, broken: 0 },
    problem: null,
  };
  const abort = new AbortController();

  function tell(next: Partial<Panel>): void {
    panel = { ...panel, ...next };
    session.hub.tell({ kind: 'panel', panel });
  }

  async function lookOnce(): Promise<void> {
    tell({ state: 'looking' });
    try {
      const world = await session.world();
      const names = await quickProbes(world);
      const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(DEADLINE_MS)]);
      const { gathered } = await look(world, names, signal);
      items = gathered.items;
      const count = (...states: SnapshotItem['status'][]): number =>
        items.filter(({ status }) => states.includes(status)).length;
      const found = gathered.findings.map(({ id, key, severity, object, text, since, state, isOpen }) => ({
        id,
        key,
        severity,
        object,
        text,
        since,
        state,
        isOpen,
      }));
      tell({
        state: 'ready',
        at: world.clock.now(),
        findings: world.masker.maskValue(found) as Panel['findings'],
        probes: {
          ok: count('ok'),
          notConfigured: count('not-configured'),
          broken: count('failed', 'unreachable') + gathered.brokenRules.length,
        },
        problem: names.length === 0 ? 'settings name no probe for it (screen.probes)' : null,
      });
    } catch (error) {
      if (abort.signal.aborted) return;
      tell({ state: 'failed', problem: error instanceof OpsError ? error.message : String(error) });
    }
  }

  function refresh(): Promise<void> {
    running ??= lookOnce().finally(() => {
      running = null;
    });
    return running;
  }

  async function refreshAfter(): Promise<void> {
    await running;
    if (!abort.signal.aborted) await refresh();
  }

  return {
    refresh,
    refreshAfter,
    note(event) {
      if (event.type === 'step.started' && event.effect !== 'observe') hasTouched = true;
      if (event.type !== 'run.closed' || !hasTouched) return;
      hasTouched = false;
      void refreshAfter();
    },
    items: () => items,
    panel: () => panel,
    stop: () => abort.abort(),
  };
}

/** Those of the settings that there are: a default that an operator disabled is no error. */
async function quickProbes(world: World): Promise<string[]> {
  const known = new Set((await loadProbes(world)).map(({ name }) => name));
  return world.settings.screen.probes.filter((name) => known.has(name));
}
