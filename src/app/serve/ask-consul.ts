import { isKnownState, type SeenState } from '../../incidents/index.ts';
import type { IncidentBook, IncidentInput } from '../../protocol/incident.ts';
import { BodyRefused, readChecks } from '../../triggers/index.ts';
import type { World } from '../world.ts';
import type { Observer } from './observe.ts';

export interface ConsulPoll {
  /** All that is not well, of each declared Consul, where it is not what is known. */
  poll(book: IncidentBook, now: number): Promise<IncidentInput[]>;
}

/** A handler that fails is never called again for the same state, so now and then somebody has to look. */
const EVERY_MS = 60_000;
/** Told anew although nothing changed, so that what lasts does not expire. */
const REFRESH_MS = 60 * 60_000;

export function createConsulPoll(world: World, observer: Observer, log: (line: string) => void): ConsulPoll {
  const askedAt = new Map<string, number>();
  const toldAt = new Map<string, number>();
  const troubles = new Map<string, string>();

  async function ask(source: string, now: number): Promise<SeenState | null> {
    const { url = '', token = null } = world.settings.intake.consul[source] ?? {};
    const credential = token === null ? null : { header: 'x-consul-token', prefix: '', name: token };
    const checks = [];
    for (const state of ['critical', 'warning']) {
      const answer = await observer.fetchJson(
        `${url.replace(/\/+$/, '')}/v1/health/state/${state}`,
        credential,
      );
      if (!answer.ok) return complain(source, answer.reason);
      try {
        checks.push(...readChecks(answer.value));
      } catch (error) {
        if (!(error instanceof BodyRefused)) throw error;
        return complain(source, error.message);
      }
    }
    troubles.delete(source);
    return { source, checks, at: now };
  }

  /** Once for each trouble. What is known stays: not to be told is not to be well. */
  function complain(source: string, reason: string): null {
    if (troubles.get(source) !== reason) log(`Consul ${source} cannot be asked: ${reason}`);
    troubles.set(source, reason);
    return null;
  }

  return {
    async poll({ incidents }, now) {
      const inputs: IncidentInput[] = [];
      for (const source of Object.keys(world.settings.intake.consul)) {
        if (now - (askedAt.get(source) ?? 0) < EVERY_MS) continue;
        askedAt.set(source, now);
        const seen = await ask(source, now);
        if (seen === null) continue;
        const isFresh = now - (toldAt.get(source) ?? 0) < REFRESH_MS;
        if (isFresh && isKnownState(incidents.values(), seen)) continue;
        toldAt.set(source, now);
        inputs.push({ type: 'state.seen', ...seen, checks: [...seen.checks] });
      }
      return inputs;
    },
  };
}
