import type { Reply } from '../../../host/index.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import {
  approvalsPage,
  type Frame,
  findingsPage,
  incidentPage,
  incidentsPage,
  pausePage,
  runPage,
  runsPage,
  spendPage,
} from '../../../pages/index.ts';
import type { Approval } from '../../../protocol/approval.ts';
import type { IncidentBook } from '../../../protocol/incident.ts';
import { createBudgetLedger, describeRun, findRun, readNewestLines } from '../../../runs/index.ts';
import { listElsewhere, PAGE_WITHIN_MS } from '../../change/approvals-elsewhere.ts';
import { approvalsOf } from '../../change/approve-change.ts';
import { reportIncident } from '../../incidents/incidents.ts';
import { listFindings } from '../../looking/findings.ts';
import { maskEvent } from '../../masking/mask-event.ts';
import { formToken } from '../../pages/links.ts';
import { listKnownRuns } from '../../past-runs.ts';
import type { World } from '../../world.ts';
import { markup } from './reply.ts';

const MOST_PAST = 20;
const MOST_RUNS = 60;
const MOST_LINES = 600;

/** Pages that only enrolled devices see. All that is shown is masked here. */
export interface Shows {
  approvals(frame: Frame): Promise<Reply>;
  incidents(frame: Frame): Promise<Reply>;
  incident(frame: Frame, id: string): Promise<Reply>;
  runs(frame: Frame): Promise<Reply>;
  run(frame: Frame, id: string): Promise<Reply>;
  findings(frame: Frame): Promise<Reply>;
  spend(frame: Frame): Promise<Reply>;
  /** `session`: of the device. */
  pause(frame: Frame, session: string): Promise<Reply>;
}

export function createShows(world: World, { book }: { book: () => IncidentBook }): Shows {
  const { store, masker, settings, clock } = world;
  // A value keeps its shape: only strings in it change.
  const masked = <T>(value: T): T => masker.maskValue(value) as T;

  return {
    async approvals(frame) {
      const [own, elsewhere] = await Promise.all([
        approvalsOf(world).list(),
        listElsewhere(world, PAGE_WITHIN_MS),
      ]);
      const isPending = ({ state }: Approval): boolean => state === 'pending';
      const view = {
        pending: own.filter(isPending).map((one) => maskApproval(world, one)),
        elsewhere: elsewhere.approvals.filter(isPending).map((one) => maskApproval(world, one)),
        elsewhereProblem: elsewhere.problem === null ? null : masker.mask(elsewhere.problem),
        past: own
          .filter((one) => !isPending(one))
          .slice(0, MOST_PAST)
          .map((one) => maskApproval(world, one)),
      };
      return markup(approvalsPage(frame, view));
    },
    async incidents(frame) {
      const all = [...book().incidents.values()].sort((a, b) => b.openedAt - a.openedAt);
      return markup(
        incidentsPage(
          frame,
          all.map((one) => ({ ...masked(one), id: one.id })),
        ),
      );
    },
    async incident(frame, id) {
      const { incidents } = book();
      const found = incidents.get(id);
      if (found === undefined) throw new OpsError('no-incident', 'input', `there is no incident ${id}`);
      const folded = [...incidents.values()].filter(({ foldedInto }) => foldedInto === id);
      const view = {
        incident: { ...masked(found), id, foldedInto: found.foldedInto },
        folded: folded.map((one) => ({ ...masked(one), id: one.id })),
        report: await reportIncident(world, id),
      };
      return markup(incidentPage(frame, view));
    },
    async runs(frame) {
      const runs = await listKnownRuns(world, { limit: MOST_RUNS, goal: undefined, outcome: undefined });
      return markup(
        runsPage(
          frame,
          runs.map((one) => ({ ...masked(one), run: one.run })),
        ),
      );
    },
    async run(frame, id) {
      const run = await findRun(store, id);
      const summary = await describeRun(store, run);
      if (summary === null) throw new OpsError('no-run', 'input', `there is no run ${id}`);
      const { lines, older } = await readNewestLines(store, run, MOST_LINES);
      // What has become known as a secret since is not shown either.
      const shown = lines.map((line) => ({ ...line, event: maskEvent(line.event, masker) }));
      return markup(runPage(frame, { row: { ...masked(summary), run }, lines: shown, older }));
    },
    async findings(frame) {
      return markup(findingsPage(frame, masked(await listFindings(world))));
    },
    async spend(frame) {
      const spent = await createBudgetLedger({ store, clock, limits: {} }).spent();
      const { usd_per_day: day, usd_per_month: month, usd_per_day_by_trigger: limits } = settings.budgets;
      const triggers = new Set([...Object.keys(spent.dayUsdByTrigger), ...Object.keys(limits)]);
      const view = {
        dayUsd: spent.dayUsd,
        dayLimitUsd: day,
        monthUsd: spent.monthUsd,
        monthLimitUsd: month,
        byTrigger: [...triggers].map((trigger) => ({
          trigger,
          usd: (spent.dayUsdByTrigger as Record<string, number>)[trigger] ?? 0,
          limitUsd: limits[trigger] ?? null,
        })),
      };
      return markup(spendPage(frame, view));
    },
    async pause(frame, session) {
      return markup(pausePage(frame, { token: await formToken(store, session, 'pause') }));
    },
  };
}

/** Its texts are masked since it was made; what has become known since is masked now. Names that bind stay. */
export function maskApproval({ masker }: Pick<World, 'masker'>, approval: Approval): Approval {
  const { id, digest, run, state, effect } = approval;
  return { ...(masker.maskValue(approval) as Approval), id, digest, run, state, effect };
}
