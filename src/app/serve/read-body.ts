import type { IncidentInput } from '../../protocol/incident.ts';
import { type Route, readAlerts, readConsul, readUnit } from '../../triggers/index.ts';

/** What a sender wrote, by how it was addressed; null: there is nothing to do. Throws BodyRefused. */
export function readBody({ intake, source }: Route, text: string, now: number): IncidentInput | null {
  if (intake === 'consul') return { at: now, type: 'state.seen', source, checks: readConsul(text) };
  const delivery = intake === 'unit' ? readUnit(text, source) : readAlerts(text, intake, source);
  return delivery === null ? null : { at: now, type: 'delivery.taken', delivery };
}
