import { createApprovals } from '../../approvals/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { formatZonedTime } from '../../lib/zoned-time.ts';
import { approvalNotices, digestNotice } from '../../notify/index.ts';
import type { Approval } from '../../protocol/approval.ts';
import type { Severity } from '../../protocol/finding.ts';
import { readRun } from '../../runs/index.ts';
import { listElsewhere } from '../change/approvals-elsewhere.ts';
import { linkToApproval } from '../pages/links.ts';
import type { World } from '../world.ts';
import type { Desk } from './open-desk.ts';

/** What ended before that is not told any more. */
const OLD_MS = 48 * 60 * 60 * 1000;

/**
 * What waits for an answer, what has waited for long, and what was answered: each once, whoever asks for it and however
 * often. `said` keeps what needs no second look from one call to the next.
 */
export async function tellApprovals(world: World, desk: Desk, said: Set<string>): Promise<void> {
  await tellEach(world, desk, said, await createApprovals(world).list());
}

/** The same for what waits at the executor. */
export async function tellElsewhere(world: World, desk: Desk, said: Set<string>): Promise<void> {
  const { approvals, problem } = await listElsewhere(world);
  if (problem !== null)
    throw new OpsError('executor-silent', 'input', `the executor was not asked: ${problem}`);
  await tellEach(world, desk, said, approvals);
}

async function tellEach(
  world: World,
  desk: Desk,
  said: Set<string>,
  approvals: readonly Approval[],
): Promise<void> {
  const scene = desk.scene();
  for (const approval of approvals) {
    if (approval.state !== 'pending' && scene.now - approval.updatedAt > OLD_MS) continue;
    const remindAfterMs = (approval.expiresAt - approval.updatedAt) / 2;
    const notices = (severity: Severity, link: string | null) =>
      approvalNotices(approval, { link, severity, host: world.host.hostname, remindAfterMs }, scene);
    if (notices('warning', null).every(({ key }) => said.has(key))) continue;
    const [severity, link] = await Promise.all([
      severityOf(world, approval),
      linkToApproval(world, approval.id),
    ]);
    for (const notice of notices(severity, link)) {
      if (said.has(notice.key)) continue;
      await desk.put(notice);
      said.add(notice.key);
    }
  }
}

/** Of what the run that asks had found: whoever is woken for that has to see what waits for them. */
async function severityOf(world: World, { run }: Approval): Promise<Severity> {
  try {
    const { lines } = await readRun(world.store, run);
    const judged = lines.map(({ event }) => event).findLast((event) => event.type === 'findings.judged');
    return judged?.findings.some(({ severity }) => severity === 'critical') === true ? 'critical' : 'warning';
  } catch (error) {
    // At the executor, or removed with its age.
    if (error instanceof OpsError) return 'warning';
    throw error;
  }
}

/** The digest of the last time of the day at which there is one, when something is in it. */
export async function tellDigest(world: World, desk: Desk): Promise<void> {
  const scene = desk.scene();
  const moment = lastMoment(world.settings.notify.digest_at, scene);
  const items = (await desk.outbox.digest()).filter(({ notice }) => notice.at < moment);
  if (items.length === 0) return;
  const day = formatZonedTime(moment, scene.zone).slice(0, 10);
  const notices = items.map(({ notice }) => notice);
  await desk.put(digestNotice(notices, { day, host: world.host.hostname }, scene));
  // Killed before this, they are still there, the digest of the day has been put, and they go now.
  await desk.outbox.removeFromDigest(items.map(({ id }) => id));
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** When it was last `08:00` here. */
function lastMoment(at: string, { now, zone }: ReturnType<Desk['scene']>): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  const aheadMs = zone.aheadMinutes(now) * 60_000;
  const midnight = Math.floor((now + aheadMs) / DAY_MS) * DAY_MS - aheadMs;
  const today = midnight + (hours * 60 + minutes) * 60_000;
  return today <= now ? today : today - DAY_MS;
}

/** For work whose failing must not stop what it tells of. */
export async function orLog(work: Promise<unknown>, log: (line: string) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    const words = error instanceof OpsError ? error.message : error instanceof Error ? error.stack : error;
    log(`notify: ${String(words)}`);
  }
}
