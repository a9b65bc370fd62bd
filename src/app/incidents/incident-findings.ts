import { findingInputs, groupKeyOf, isActive, labelsOf, type ToldFinding } from '../../incidents/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { isSameTarget, targetOf } from '../../lib/target-key.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { Incident } from '../../protocol/incident.ts';
import { ending, type Reason } from '../../protocol/outcome.ts';
import type { Gathered } from '../looking/gather.ts';
import type { RunScope } from '../run/open-run.ts';
import type { World } from '../world.ts';
import { joinRulesOf, putInputs, readBook } from './incidents.ts';

/**
 * Why a finding needs no look of this run, by its key: an incident about the same object is being looked into, has been,
 * or is somebody's. Only what is news here; what stands past its cooldown, or got worse, is looked at again.
 */
export async function findTaken(world: World, findings: readonly Finding[]): Promise<Map<string, string>> {
  const news = findings.filter(({ isOpen, state }) => isOpen && (state === 'new' || state === 'returned'));
  if (news.length === 0 || world.store.kind !== 'disk') return new Map();
  const { incidents } = await readBook(world);
  const had = [...incidents.values()].filter((one) => isActive(one) && one.state !== 'open');
  return new Map(
    news.flatMap((finding) => {
      const incident = had.find((one) => isAbout(one, finding, world));
      const why = incident === undefined ? null : `incident ${incident.id} is about it (${incident.state})`;
      return why === null ? [] : [[finding.key, why] as const];
    }),
  );
}

function isAbout(incident: Incident, finding: Finding, world: World): boolean {
  const isOurs = incident.intake === 'finding' && incident.source === world.host.hostname;
  if (isOurs && incident.groupKey === groupKeyOf(finding.key)) return true;
  const labels = labelsOf(withAddress(finding, world), world.host.hostname);
  const target = targetOf(labels, joinRulesOf(world).names);
  return target !== null && incident.targets.some((each) => isSameTarget(each, target));
}

/**
 * What a goal's run of a timer found joins the incidents, and what is gone ends there. Such a run was the look at it: no
 * other begins. Whatever keeps it from being told is a notice of the run and does not end it.
 */
export async function tellFindings(
  { world, run, goal, request, recorder, attendance }: RunScope,
  { findings, history }: Gathered,
  { reason, startedAt }: { reason: Reason; startedAt: number },
): Promise<void> {
  const isOwnLook = goal !== null && attendance === null && request.trigger.kind === 'timer';
  if (!isOwnLook || world.store.kind !== 'disk') return;
  const now = world.clock.now();
  const told = findings
    .filter(({ key, severity }) => severity !== 'info' && !isMuted(history?.after.mutes[key]?.untilMs, now))
    .map((finding) => withAddress(finding, world));
  const gone = Object.entries(history?.after.entries ?? {}).flatMap(([key, entry]) => {
    const isNews = entry.goneAt !== null && history?.before.entries[key]?.goneAt === null;
    if (!isNews) return [];
    const { rule, probe, severity, since } = entry;
    return [withAddress({ key, rule, probe, severity, since, object: objectOf(key, rule), text: '' }, world)];
  });
  if (told.length === 0 && gone.length === 0) return;
  const by = { host: world.host.hostname, run, startedAt, at: now, outcome: ending(reason).outcome };
  try {
    await putInputs(world, findingInputs(by, told, gone));
  } catch (error) {
    if (!(error instanceof OpsError)) throw error;
    const text = `what was found could not join the incidents: ${error.message}`;
    recorder.record({ type: 'notice.given', level: 'warning', text });
  }
}

function isMuted(untilMs: number | undefined, now: number): boolean {
  return (untilMs ?? 0) > now;
}

/** `disk-full:/var` → `/var`. */
function objectOf(key: string, rule: string): string {
  return key.startsWith(`${rule}:`) ? key.slice(rule.length + 1) : key;
}

/** A declared address is known by its name; what others tell of it has the address. */
function withAddress(finding: ToldFinding, { settings }: World): ToldFinding {
  const declared = settings.endpoints.find(
    ({ name }) => name === finding.object && finding.probe === 'endpoints',
  );
  return declared === undefined ? finding : { ...finding, labels: { target: declared.url } };
}
