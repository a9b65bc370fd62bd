import { randomUUID } from 'node:crypto';
import { configFolder } from '../../config/index.ts';
import { openGate } from '../../gate/index.ts';
import { fillParameters, loadGoal } from '../../goals/index.ts';
import { createProcesses, endMarked } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { cardOf, type ModelChoice, profileOf } from '../../models/index.ts';
import { type Autonomy, autonomyRank } from '../../protocol/effect.ts';
import type { Gate } from '../../protocol/gate.ts';
import type { Goal, Limits } from '../../protocol/goal.ts';
import type { Processes } from '../../protocol/machine.ts';
import type { ToolName } from '../../protocol/tool.ts';
import { PROGRAM_OF, TYPED_TOOLS, type TypedToolName } from '../../protocol/typed-call.ts';
import type { Judgement } from '../../protocol/verdict.ts';
import {
  createRunLog,
  latestRun,
  openRunLog,
  type Replayed,
  type RunLog,
  replay,
  findRun as resolveRun,
  type Switches,
} from '../../runs/index.ts';
import { loweredTo } from '../change/trust.ts';
import { hasNotes } from '../knowledge/note-places.ts';
import { createPolicing, type Policing } from '../policy/policing.ts';
import { hasState } from '../state/observed-names.ts';
import type { World } from '../world.ts';
import type { Attendance } from './attendance.ts';
import { cardOverrides, chooseTarget, keySourceOf } from './choose-target.ts';
import { confinementOf } from './confinement.ts';
import { gateOptionsOf } from './gating.ts';
import { requestToGoOn } from './go-on.ts';
import { limitsOf } from './limits.ts';
import { lineageEnvironment, refuseLongChain, withLineage } from './lineage.ts';
import type { Recorder } from './recorder.ts';
import type { RunRequest } from './run-request.ts';
import type { createSecondOpinion } from './second-opinion.ts';
import type { Sitting } from './sitting.ts';

/** One run while it is open: everything that the parts of its life need. */
export interface RunScope {
  world: World;
  request: RunRequest;
  run: string;
  goal: Goal | null;
  limits: Limits;
  autonomy: Autonomy;
  tools: ToolName[];
  choice: ModelChoice;
  recorder: Recorder;
  log: RunLog;
  gate: Gate;
  /** To be called before a talk, which is where lines of a shell come: OpsError when the gate lets through what it must not. */
  testLines(): Promise<void>;
  policing: Policing;
  switches: Switches;
  processes: Processes;
  /** What the run knew when its log was opened again; null for a new run. */
  resumed: Replayed | null;
  /** What goes with the prompt of a run that goes on. */
  sitting: Sitting;
  /** The person who is there; null: nobody is. */
  attendance: Attendance | null;
  /** Aborts the run; its reason is the Reason it ends with. */
  signal: AbortSignal;
}

const ALL_TOOLS: ToolName[] = [
  'Bash',
  'Read',
  'Edit',
  'Write',
  'Search',
  ...TYPED_TOOLS,
  'Change',
  'State',
  'Knowledge',
  'Report',
];
const LOST_OPENING =
  'the first line of this run is damaged, so nobody knows what it was allowed: it may only look from here on';
/** They look at nothing but what steward keeps. */
const ALWAYS: ToolName[] = ['State', 'Knowledge', 'Report'];
const SMALL_TOOLS: ToolName[] = ['Bash', 'Read', 'Report'];

/** Opens or reopens the log, and puts together what the run is made of. OpsError for everything an operator can mend. */
export async function openRun(
  world: World,
  given: RunRequest,
  { recorder, signal, attendance }: Pick<RunScope, 'recorder' | 'signal' | 'attendance'>,
): Promise<RunScope> {
  demandIsolation(world);
  const found = given.resume === null ? null : await findRun(world, given.resume);
  const asked = { ...given, trigger: withLineage(given.trigger, world) };
  if (found === null) await refuseLongChain(world, asked.trigger);
  const run = found ?? asked.sessionId ?? randomUUID();
  const logOptions = { store: world.store, run, clock: world.clock, mask: (text: string) => text };
  // Before the log is opened, so that a misspelt goal leaves no run behind.
  const early = found === null ? await readGoal(world, asked, asked.goal) : null;
  const opened = found === null ? null : await openRunLog(logOptions);
  let log = opened?.log ?? null;
  try {
    const resumed = opened === null ? null : replay(opened.lines);
    const request = resumed === null ? asked : requestToGoOn(asked, resumed, world);
    if (opened !== null) recorder.recall(opened.lines.map(({ event }) => event));
    if (resumed?.closed === null) await endLeftovers(world, run);
    const goal = resumed === null ? early : await readGoal(world, request, resumed.opened?.goal ?? null);
    const isLost = resumed !== null && resumed.opened === null;
    if (isLost) world.notices.push(LOST_OPENING);
    const openedMode = resumed?.opened?.mode ?? 'default';
    if (attendance === null && openedMode !== 'default' && request.mode === 'default') {
      world.notices.push(`this run began with --permission-mode ${openedMode} and goes on without it`);
    }
    const autonomy = isLost ? 'observe' : await trustedAutonomy(world, goal);
    const permissions = {
      allowed: request.allowed,
      denied: request.denied,
      isAttended: attendance !== null,
    };
    const base = await createPolicing(world, { ...permissions, mode: request.mode });
    const asking = attendance === null ? null : await import('./asking.ts');
    const live =
      attendance === null || asking === null
        ? null
        : asking.createLivePolicing(world, base, permissions, attendance);
    const policing = live ?? base;
    const choice = chooseTarget(world, request, goal);
    const processes = createProcesses({
      clock: world.clock,
      store: world.store,
      extraEnv: { ...world.settings.environment, ...lineageEnvironment(run, asked.trigger) },
      confinement: confinementOf(world, policing.policy),
    });
    recorder.origins.addOwnWords(ownWordsOf(world, goal));
    recorder.origins.addWording(goal?.description ?? '');
    const opinion = createOpinion(world, { recorder, processes, gate: () => gate, signal });
    const gateOptions = gateOptionsOf(world, {
      run,
      policing,
      // What policy denies stays denied, whatever is thought of it.
      secondOpinion: async (judgement) =>
        judgement.verdict === 'deny' ? judgement : (await opinion())(judgement),
      sink: recorder,
      autonomy,
      mode: request.mode,
      person:
        live === null || attendance === null || asking === null
          ? null
          : {
              mode: attendance.mode,
              ask: asking.createAskPorts(world, live, attendance, { recorder, signal }),
            },
      isLogged: true,
    });
    const { gate, testLines } = await openGate(gateOptions);
    const keySource = choice.primary.vendor === 'none' ? null : await keySourceOf(world, choice.primary);
    const sitting =
      resumed === null ? {} : (await import('./sitting.ts')).openSitting(request, resumed, world);
    // Only now: what is wrong with the request, a rule or the gate leaves no run behind.
    log ??= await createRunLog(logOptions);
    const scope: RunScope = {
      world,
      request,
      run,
      goal,
      limits: limitsOf(world, goal),
      autonomy,
      tools: [
        ...toolsOf(request, goal, choice, world, processes),
        ...(attendance?.mode() === 'plan' ? (['ExitPlanMode'] as const) : []),
      ],
      choice,
      recorder,
      log,
      gate,
      testLines,
      policing,
      switches: gateOptions.source,
      processes,
      resumed,
      sitting,
      attendance,
      signal,
    };
    recorder.attach(log);
    recordOpening(scope, keySource);
    return scope;
  } catch (error) {
    log?.close();
    throw error;
  }
}

/** Asked only about calls of a model: what the origin of its words and the graph say of it. */
function createOpinion(
  world: World,
  parts: Parameters<typeof createSecondOpinion>[1],
): () => Promise<(judgement: Judgement) => Promise<Judgement>> {
  const load = async () => {
    const [{ createSecondOpinion }, { createGraphOpinion }] = await Promise.all([
      import('./second-opinion.ts'),
      import('../graph/graph-opinion.ts'),
    ]);
    const ofOrigin = createSecondOpinion(world, parts);
    const { ofCall } = createGraphOpinion(world);
    return async (judgement: Judgement) => ofCall(await ofOrigin(judgement));
  };
  let loaded: ReturnType<typeof load> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/** Where settings demand an isolation that is not to be had, a run could only fail later, and less clearly. */
function demandIsolation({ isolation }: World): void {
  const { choice, expected } = isolation;
  if (expected !== 'none' || choice === 'none' || choice === 'auto') return;
  const hint = choice === 'unit' ? 'start it as the shipped systemd unit' : 'install bubblewrap';
  throw new OpsError(
    'no-isolation',
    'sandbox',
    `settings demand \`isolation: ${choice}\`, which is not to be had here`,
    {
      hint: `${hint}, or set another \`isolation\``,
    },
  );
}

/** What operators themselves said in goals and settings: names in it are no strangers. */
function ownWordsOf({ settings }: World, goal: Goal | null): string {
  return [
    goal?.ownText ?? goal?.text ?? '',
    ...settings.endpoints.map(({ url }) => url),
    ...Object.values(settings.environment),
  ].join('\n');
}

async function findRun(world: World, wanted: string): Promise<string> {
  if (wanted !== 'last') return resolveRun(world.store, wanted);
  const last = await latestRun(world.store, { cwd: world.cwd });
  if (last !== undefined) return last.run;
  throw new OpsError('no-run', 'input', `there is no run of ${world.cwd} to go on with`, {
    hint: 'steward runs list shows all runs',
  });
}

async function readGoal(world: World, request: RunRequest, name: string | null): Promise<Goal | null> {
  if (name === null) return null;
  const { shippedGoals } = await import('../shipped.ts');
  const { goal, notices } = await loadGoal(name, {
    shipped: await shippedGoals(),
    files: world.operatorFiles,
    configFolder: configFolder(world.env, world.home),
    cwd: world.cwd,
    enabled: world.settings.goals.enabled,
  });
  world.notices.push(...notices);
  return fillParameters(goal, request.sets, request.areSetsTyped === true);
}

/**
 * A goal's autonomy, under the settings' cap. A plain prompt was typed by somebody who is there, so it may do what can
 * be undone, unless settings say less.
 */
export function autonomyOf({ settings, loaded }: World, goal: Goal | null): Autonomy {
  const cap = settings.autonomy;
  const isSet = (loaded.origins.autonomy?.length ?? 0) > 0;
  const wanted = goal?.autonomy ?? 'reversible';
  if (goal === null && !isSet) return wanted;
  return autonomyRank(wanted) > autonomyRank(cap) ? cap : wanted;
}

/** The same, less what an unattended change that did not hold has taken away. */
async function trustedAutonomy(world: World, goal: Goal | null): Promise<Autonomy> {
  const wanted = autonomyOf(world, goal);
  const lowered = goal === null ? null : await loweredTo(world, goal.name, wanted);
  if (goal === null || lowered === null) return wanted;
  world.notices.push(
    `${goal.name} only proposes: ${lowered.why}; steward autonomy raise ${goal.name} trusts it again`,
  );
  return lowered.autonomy;
}

/** Commands of a sitting that was killed must not go on working while their outcome is looked at. */
async function endLeftovers(world: World, run: string): Promise<void> {
  // Started from within the run itself, we would be one of them.
  const ended = world.env.STEWARD_RUN === run ? 0 : await endMarked(`STEWARD_RUN=${run}`);
  if (ended === 0) return;
  const what = ended === 1 ? 'a command' : `${ended} commands`;
  world.notices.push(`${what} that this run had started before it was killed still ran: ended now`);
}

/** What the goal names, less what the flags take away; a small model gets the few that every goal needs. */
function toolsOf(
  request: RunRequest,
  goal: Goal | null,
  choice: ModelChoice,
  world: World,
  { find }: Pick<Processes, 'find'>,
): ToolName[] {
  const wanted = goal === null ? ALL_TOOLS.filter((name) => name !== 'Report') : withReport(goal.tools);
  const target = choice.primary.vendor === 'none' ? null : choice.primary;
  const isSmall = target !== null && profileOf(cardOf(target, cardOverrides(world, target))).hasFewTools;
  // A tool whose program is not here would only cost words in every request.
  const isHere = (name: ToolName): boolean =>
    name === 'State'
      ? hasState(world)
      : name === 'Knowledge'
        ? hasNotes(world)
        : !Object.hasOwn(PROGRAM_OF, name) || find(PROGRAM_OF[name as TypedToolName]) !== undefined;
  return wanted.filter(
    (name) => !request.denied.includes(name) && (!isSmall || SMALL_TOOLS.includes(name)) && isHere(name),
  );
}

function withReport(tools: readonly ToolName[]): ToolName[] {
  return ALL_TOOLS.filter((name) => ALWAYS.includes(name) || tools.includes(name));
}

function recordOpening(scope: RunScope, keySource: string | null): void {
  const { world, request, recorder, choice, resumed, sitting } = scope;
  const model = choice.primary.vendor === 'none' ? null : choice.primary.model;
  const provider = choice.primary.vendor === 'none' ? {} : { provider: choice.primary.provider };
  const denied = request.denied.length === 0 ? {} : { denied: request.denied };
  const opened = {
    type: 'run.opened' as const,
    run: scope.run,
    steward: world.version,
    goal: scope.goal?.name ?? null,
    prompt: request.prompt,
    trigger: request.trigger,
    host: world.host,
    cwd: world.cwd,
    model,
    ...provider,
    keySource,
    ...(Object.keys(request.sets).length === 0 ? {} : { parameters: request.sets }),
    ...(request.attachment === null ? {} : { attachmentBytes: Buffer.byteLength(request.attachment) }),
    tools: scope.tools,
    ...denied,
    mode: request.mode,
    autonomy: scope.autonomy,
    policyDigest: scope.policing.policy.digest,
    isolation: world.isolation.expected,
  };
  if (resumed === null) {
    recorder.record(opened);
  } else {
    recorder.tell(opened);
    recorder.record({
      type: 'run.resumed',
      model,
      ...provider,
      prompt: request.prompt,
      ...sitting,
      ...denied,
    });
  }
  for (const text of world.notices) recorder.record({ type: 'notice.given', level: 'warning', text });
}
