import type { Ran, Reading } from '../../protocol/typed-call.ts';
import type { Input } from '../typed/build-argv.ts';
import { asJson, readPlain } from '../typed/typed-program.ts';

/** nomad(1): the exit status of each command, and where it says less than it seems to. */
export function readNomad(input: Input, ran: Ran): Reading {
  const { exit, output, timedOut } = ran;
  switch (timedOut ? 'timeout' : input.verb) {
    case 'plan':
      return readPlan(ran);
    case 'run':
    case 'revert':
      // 2: registered, but not all of it found a place. Everything else, a failed deployment too, is 1.
      if (exit === 2)
        return { ok: false, detail: 'it is registered, and not all of it found a place', data: null };
      if (exit === 1 && /Enforcing job modify index/i.test(`${output}${ran.error}`)) {
        return { ok: false, detail: 'somebody else has changed the job since: nothing was done', data: null };
      }
      return readPlain(ran, exit === 0 ? `job ${input.verb}: done` : `job ${input.verb}`);
    case 'status':
    case 'inspect':
    case 'nodes':
    case 'allocation': {
      const reading = readPlain(ran, String(input.verb));
      return reading.ok ? { ...reading, data: asJson(output) } : reading;
    }
    default:
      return readPlain(ran, String(input.verb));
  }
}

export interface NomadPlan {
  job: string;
  /** 0: there is no such job yet. */
  index: number;
  /** Of the difference: `None`, `Added`, `Edited`, `Deleted`. */
  type: string;
  /** Number of updates by kind: `Place`, `InPlaceUpdate`, `DestructiveUpdate`, … */
  updates: Record<string, number>;
  /** Task groups without a place. */
  failed: string[];
  warnings: string;
}

/**
 * 255 is an error. 0 and 1 only tell whether allocations come or go: with 0 there may still be updates in place, so
 * the difference itself is what counts.
 */
function readPlan(ran: Ran): Reading {
  const { exit, output } = ran;
  if (exit !== 0 && exit !== 1) return { ok: false, detail: `the plan failed, exit ${exit}`, data: null };
  const raw = asJson(output);
  if (typeof raw !== 'object' || raw === null || !('Diff' in raw)) {
    return { ok: false, detail: 'the plan is not JSON: this nomad knows no -json-output', data: null };
  }
  const plan = summarisePlan(raw);
  if (plan.failed.length > 0) {
    return { ok: true, detail: `no place for ${plan.failed.join(', ')}`, data: plan };
  }
  const counts = Object.entries(plan.updates).map(([kind, count]) => `${kind} ${count}`);
  const what =
    plan.type === 'None'
      ? 'no difference'
      : `${plan.type.toLowerCase()}: ${counts.join(', ') || 'nothing moves'}`;
  return { ok: true, detail: `${plan.job}: ${what}, job modify index ${plan.index}`, data: plan };
}

/** `POST /v1/job/ID/plan`: JobModifyIndex, Diff, FailedTGAllocs, Annotations.DesiredTGUpdates, Warnings. */
export function summarisePlan(raw: object): NomadPlan {
  const plan = raw as {
    JobModifyIndex?: number;
    Diff?: { ID?: string; Type?: string } | null;
    FailedTGAllocs?: Record<string, unknown> | null;
    Annotations?: { DesiredTGUpdates?: Record<string, Record<string, number>> } | null;
    Warnings?: string | null;
  };
  const updates: Record<string, number> = {};
  for (const group of Object.values(plan.Annotations?.DesiredTGUpdates ?? {})) {
    for (const [kind, count] of Object.entries(group)) {
      if (count > 0 && kind !== 'Ignore') updates[kind] = (updates[kind] ?? 0) + count;
    }
  }
  return {
    job: plan.Diff?.ID ?? '',
    index: plan.JobModifyIndex ?? 0,
    type: plan.Diff?.Type ?? 'None',
    updates,
    failed: Object.keys(plan.FailedTGAllocs ?? {}),
    warnings: plan.Warnings ?? '',
  };
}
