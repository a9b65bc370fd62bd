import { checkDoneFacts, judgeOutcome, type OutcomeFacts } from '../../goals/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { type Finding, isForModel } from '../../protocol/finding.ts';
import { NO_USAGE } from '../../protocol/model.ts';
import { ending, type Reason } from '../../protocol/outcome.ts';
import type { ProbeSpec } from '../../protocol/probe.ts';
import type { Verification } from '../../protocol/report.ts';
import { reportText } from '../../report/index.ts';
import type { CarriedApproved } from '../change/carry-there.ts';
import { worthMore } from '../change/trust.ts';
import { type Gathered, gather } from '../looking/gather.ts';
import { loadProbes, pickProbes } from '../looking/probes.ts';
import { rememberSeen } from '../stored.ts';
import type { World } from '../world.ts';
import type { Talk } from './converse.ts';
import { isBegun } from './go-on.ts';
import type { Thinker } from './model.ts';
import type { RunScope } from './open-run.ts';
import type { openTalk } from './open-talk.ts';
import { rememberLook } from './reopen.ts';
import type { ApprovedWork, RunListener } from './run-request.ts';
import { verify } from './verify.ts';

/** How a run ends, as it will stand in `run.closed`. */
export type Ending = Omit<Extract<RunEvent, { type: 'run.closed' }>, 'type' | 'outcome' | 'durationMs'>;

/**
 * The life of a run between its opening and its closing: gather, judge, talk, verify, end. What a check that finds nothing
 * does not come to is loaded where a run comes to it.
 */
export async function live(scope: RunScope, listener: RunListener): Promise<Ending> {
  const { recorder, goal, signal } = scope;
  const startedAt = scope.world.clock.now();
  const probes = await probesOf(scope);
  const { approved } = scope.request;
  const isFresh = looksFirst(scope);
  const before = isFresh ? await lookFirst(scope, probes) : asLogged(scope.resumed);
  const carried = approved === undefined ? null : await carry(scope, approved, before);

  const thinker = carried?.note ?? (await thinkerFor(scope, before, isFresh));
  const talk =
    typeof thinker === 'string'
      ? null
      : await talkWith(scope, thinker, { gathered: before, isFresh, told: carried?.words ?? null }, listener);
  const note = typeof thinker === 'string' ? thinker : (budgetNote(scope, talk) ?? silenceNote(scope, talk));
  const isRulesOnly = talk === null || note !== null;
  if (talk !== null) await rememberLook(scope.world, before.findings, talk, isRulesOnly);

  const { gathered, verification } = await verify(scope, before, probes, isFresh);
  // Probes that were cut short say nothing about the target: whoever aborts a run gives its Reason.
  const cutOff = signal.aborted ? { failure: signal.reason as Reason } : null;
  const judged = judgeOutcome({
    isPlainPrompt: goal === null,
    items: gathered.items,
    findings: gathered.findings,
    brokenRules: gathered.brokenRules.length,
    hasEffects: recorder.effects().begun > 0 || recorder.changes().includes('held'),
    changes: recorder.changes(),
    verification: proofOf(scope, before, gathered, verification),
    modelEnded: cutOff ?? (isRulesOnly ? 'not-called' : talk.modelEnded),
    modelReport: talk?.report ?? null,
    answeredCalls: recorder.answeredCalls(),
    refusedCalls: talk?.end.refusedCalls.length ?? 0,
  });
  if (isHeard(judged.reason) && gathered.history !== null) {
    await rememberSeen(scope.world.store, gathered.history.after);
  }
  if (isHeard(judged.reason) && isWorthTelling(scope, gathered)) {
    const { tellFindings } = await import('../incidents/incident-findings.ts');
    await tellFindings(scope, gathered, { reason: judged.reason, startedAt });
  }
  return {
    reason: judged.reason,
    message: (isRulesOnly ? null : talk.end.stop?.message) ?? judged.because,
    result: resultOf(scope, judged.reason, gathered, verification, talk, note, await trustNote(scope)),
    resumeAt: isRulesOnly ? null : (talk.end.stop?.resumeAt ?? null),
    turns: talk?.end.turns ?? 0,
    usage: talk?.end.usage ?? NO_USAGE,
    costUsd: talk === null ? 0 : talk.end.costUsd,
  };
}

async function probesOf({ world, goal, request }: RunScope): Promise<ProbeSpec[]> {
  if (goal === null && request.probes.length === 0) return [];
  const all = await loadProbes(world, [...(goal?.probes ?? []), ...request.probes]);
  const { disabled } = world.settings.probes;
  const own =
    goal === null
      ? []
      : pickProbes(
          all,
          goal.probes,
          { source: goal.source, places: goal.probePlaces, reason: 'settings' },
          disabled,
        );
  await checkDoneFacts(goal?.done ?? [], new Map(own.map(({ name, facts }) => [name, Object.keys(facts)])));
  const asked = pickProbes(all, request.probes, { source: '--probes', reason: 'usage' }, disabled);
  return [...new Set([...own, ...asked])];
}

/** A resumed talk rests on what was seen before, unless its prompt names probes; everything else looks first. */
function looksFirst({ request, resumed }: RunScope): boolean {
  const isAsked = request.prompt !== null && request.probes.length > 0;
  return !isBegun(resumed) || request.approved !== undefined || isAsked;
}

function asLogged(resumed: RunScope['resumed']): Gathered {
  return {
    items: (resumed?.snapshotItems ?? []).map((item) => ({ ...item, facts: {} })),
    findings: resumed?.findings ?? [],
    brokenRules: resumed?.brokenRules ?? [],
    looks: resumed?.looks ?? [],
    durationMs: 0,
    history: null,
  };
}

async function lookFirst(scope: RunScope, probes: readonly ProbeSpec[]): Promise<Gathered> {
  const isLookOnly = scope.request.approved !== undefined;
  if (probes.length === 0 && !isLookOnly) {
    return { items: [], findings: [], brokenRules: [], looks: [], durationMs: 0, history: null };
  }
  return gather(scope, {
    probes,
    slot: scope.goal?.name ?? 'prompt',
    alreadyOpen: (scope.resumed?.findings ?? []).filter(({ isOpen }) => isOpen).map(({ key }) => key),
    ...(scope.request.trigger.kind === 'timer' && scope.resumed === null
      ? { findTaken: (findings) => findTaken(scope.world, findings) }
      : {}),
    isLookOnly,
  });
}

async function findTaken(world: World, findings: readonly Finding[]): Promise<Map<string, string>> {
  if (findings.length === 0) return new Map();
  return (await import('../incidents/incident-findings.ts')).findTaken(world, findings);
}

/** Is there anything of which an incident could tell: something found, or known that may be gone? */
function isWorthTelling({ request }: RunScope, { findings, history }: Gathered): boolean {
  const known = Object.keys(history?.after.entries ?? {}).length;
  return request.trigger.kind === 'timer' && findings.length + known > 0;
}

async function carry(
  scope: RunScope,
  approved: ApprovedWork,
  now: Gathered,
): Promise<Pick<CarriedApproved, 'words' | 'note'>> {
  return (await import('../change/carry-approved.ts')).carryApproved(scope, approved, now);
}

/** The model, or why none is asked: quiet costs nothing, and with no model at all the rules still report. */
async function thinkerFor(
  scope: RunScope,
  { findings, items }: Gathered,
  isFresh: boolean,
): Promise<Thinker | string> {
  const { goal, request, resumed } = scope;
  const isTalking = request.prompt !== null || isBegun(resumed);
  if (goal !== null && !isTalking) {
    if (goal.gate === 'never') return 'No model was asked: this goal is rules only.';
    if (goal.gate === 'findings' && findings.length === 0) return 'No model was asked: nothing was found.';
    if (goal.gate === 'findings' && !findings.some(isForModel)) {
      return 'No model was asked: nothing is new, worse or past its cooldown.';
    }
  }
  const { createThinker } = await import('./model.ts');
  const thinker = await createThinker(scope, isFresh ? items : []);
  if (!('missing' in thinker)) return thinker;
  if (goal !== null && (request.prompt === null || request.approved !== undefined))
    return `No model was asked: ${thinker.missing}.`;
  throw new OpsError('no-model', 'login', `there is no model to ask: ${thinker.missing}`, {
    hint: 'set ANTHROPIC_API_KEY, or name a model in settings or with --model; steward doctor tells more',
  });
}

async function talkWith(
  scope: RunScope,
  thinker: Thinker,
  seen: Parameters<typeof openTalk>[2],
  listener: RunListener,
): Promise<Talk> {
  const [{ openTalk }, { converse }] = await Promise.all([import('./open-talk.ts'), import('./converse.ts')]);
  await scope.testLines();
  const opening = await openTalk(scope, thinker, seen);
  return converse(scope, { thinker, ...opening }, listener);
}

/** A shared budget that was spent before the first request makes a goal's run one of rules only, and says so. */
function budgetNote({ goal }: RunScope, talk: Talk | null): string | null {
  const stop = talk?.end.stop ?? null;
  if (goal === null || talk === null || stop?.reason !== 'usd') return null;
  if (stop.resumeAt === null || talk.end.modelMs > 0) return null;
  return `No model was asked: ${stop.message}; again from ${new Date(stop.resumeAt).toISOString()}.`;
}

/** What a person said yes to is done and proved, whether or not a model then has words for it. */
function silenceNote({ request, signal }: RunScope, talk: Talk | null): string | null {
  if (request.approved === undefined || signal.aborted || talk === null) return null;
  if (typeof talk.modelEnded !== 'object') return null;
  return `The model could not be asked what it makes of it: ${talk.end.stop?.message ?? 'it failed'}.`;
}

/** Only a change that nobody was asked about says how far a goal can be left alone. */
async function trustNote({ world, goal, recorder, request, attendance }: RunScope): Promise<string | null> {
  const isOwn = attendance === null && request.approved === undefined && recorder.changes().includes('held');
  return goal === null || !isOwn ? null : worthMore(world, goal.name);
}

/** What was found was reported to somebody, and not lost in a failure. */
function isHeard(reason: Reason): boolean {
  return !['failed', 'stopped'].includes(ending(reason).outcome);
}

/**
 * What proves an effect. A goal: its checks, or that what the rules found is gone from probes that still answer. A plain
 * prompt: that nothing it did is in doubt; a file edit has then read back what it wrote.
 */
function proofOf(
  { goal, recorder }: RunScope,
  before: Gathered,
  after: Gathered,
  verification: Verification,
): OutcomeFacts['verification'] {
  const { begun, inDoubt } = recorder.effects();
  const isHeld = recorder.changes().includes('held');
  if (verification.verdict !== 'none') return verification.verdict;
  // Each change was verified by itself, before it was said to hold.
  if (begun === 0) return isHeld ? 'passed' : 'none';
  if (goal === null) return inDoubt === 0 ? 'passed' : 'none';
  if (before.findings.length === 0 || after.findings.length > 0) return 'none';
  const stillAnswers = (probe: string) =>
    after.items.some((item) => item.probe === probe && item.status === 'ok');
  return before.findings.every(({ probe }) => stillAnswers(probe)) ? 'passed' : 'none';
}

function resultOf(
  scope: RunScope,
  reason: Reason,
  gathered: Gathered,
  verification: Verification,
  talk: Talk | null,
  note: string | null,
  trust: string | null,
): string | null {
  const { goal, world, run, request } = scope;
  const answer = talk?.end.text ?? '';
  if (goal === null) return answer === '' ? null : answer;
  if (request.outputSchema !== null && answer !== '') return answer;
  const modelName =
    talk === null ? null : scope.choice.primary.vendor === 'none' ? null : scope.choice.primary.model;
  const ended = ending(reason).outcome === 'failed' || ending(reason).outcome === 'stopped';
  const cost = talk?.end.costUsd == null ? '' : `, $${talk.end.costUsd.toFixed(4)}`;
  const turns = `${talk?.end.turns} turn${talk?.end.turns === 1 ? '' : 's'}`;
  const used = modelName === null ? null : `Model: ${modelName}, ${turns}${cost}${ended ? ', cut off' : ''}.`;
  return reportText({
    run,
    notKept: world.store.kind === 'disk' ? null : world.store.location,
    title: goal.name,
    host: world.host.hostname,
    now: world.clock.now(),
    reason,
    stoppedBy: ended ? (talk?.end.stop?.message ?? ending(reason).meaning) : null,
    items: gathered.items,
    durationMs: gathered.durationMs,
    findings: gathered.findings,
    brokenRules: gathered.brokenRules,
    looks: gathered.looks,
    checks: verification.checks,
    report: talk?.report ?? null,
    answer: talk?.report == null && answer !== '' ? answer : null,
    modelNote: note ?? used,
    trustNote: trust,
    isolation: world.isolation.known,
  });
}
