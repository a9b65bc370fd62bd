import type { ProbeSpec } from '../protocol/probe.ts';
import type { SnapshotItem } from '../protocol/snapshot.ts';

/**
 * `stale`: it answers, and no run has asked it for longer than a day and two hours. `undeclared`: what it asks about
 * seems to be here, and settings say nothing of it.
 */
export type ProbeCondition = 'answers' | 'stale' | 'unreachable' | 'failed' | 'undeclared' | 'absent';

export interface ProbeAdvice {
  probe: string;
  condition: ProbeCondition;
  reason: string | null;
  /** When it last answered in a run, milliseconds since the epoch; null: never, as far as is remembered. */
  answeredAt: number | null;
  /** What the operator can do; null: nothing. */
  advice: string | null;
  /** Who asks what only root may ask; `nobody`: it is not asked. null: anybody may ask this. */
  rootBy: 'steward' | 'executor' | 'nobody' | null;
}

export interface AdviceContext {
  now: number;
  answeredAt: number | null;
  /** Is one of what the probe names as `sign` on this machine? */
  isThere(sign: string): boolean;
  /** Whether the executor was asked for it, and answered with what it saw. */
  byExecutor?: 'answered' | 'silent' | null;
}

const STALE_MS = 26 * 3_600_000;

/** Pure. What a look at one probe comes to, and what to do about it. */
export function advise(
  spec: ProbeSpec,
  { status, reason }: Pick<SnapshotItem, 'status' | 'reason'>,
  { now, answeredAt, isThere, byExecutor = null }: AdviceContext,
): ProbeAdvice {
  const isOnlyRoots = spec.privilege === 'root' && reason?.startsWith(ONLY_ROOT) === true;
  const isAsked = spec.privilege === 'root' && (isOnlyRoots || status !== 'not-configured');
  const asked: ProbeAdvice['rootBy'] =
    byExecutor === 'answered' ? 'executor' : isOnlyRoots ? 'nobody' : 'steward';
  const rootBy = isAsked ? asked : null;
  const about = { probe: spec.name, reason, answeredAt, rootBy };
  switch (status) {
    case 'ok': {
      const isStale = answeredAt === null || now - answeredAt > STALE_MS;
      const advice = 'no run has asked it lately: is it in a goal that a timer starts?';
      return { ...about, condition: isStale ? 'stale' : 'answers', advice: isStale ? advice : null };
    }
    case 'unreachable':
      return { ...about, condition: 'unreachable', advice: adviseOn(UNREACHABLE, reason) ?? ASK_AGAIN };
    case 'failed': {
      const access = spec.access === null ? '' : ` Needed: ${spec.access}`;
      const known = adviseOn(FAILED, reason);
      const isAccess = known === NOT_LET_IN;
      return {
        ...about,
        condition: 'failed',
        advice: known === null ? RUN_IT : `${known}${isAccess ? access : ''}`,
      };
    }
    case 'not-configured': {
      // There is somebody to ask, who said nothing: that is no "not configured".
      if (isOnlyRoots && byExecutor === 'silent')
        return { ...about, condition: 'failed', advice: ASK_EXECUTOR };
      if (isOnlyRoots) return { ...about, condition: 'absent', advice: `${ONLY_ROOT}: ${HAVE_EXECUTOR}` };
      const isUndeclared = spec.unset !== null && spec.sign.some(isThere);
      return { ...about, condition: isUndeclared ? 'undeclared' : 'absent', advice: adviseToDeclare(spec) };
    }
  }
}

/** Why a probe that asks for root is not asked by another user, where all else is there. */
export const ONLY_ROOT = 'only root may ask this';
const HAVE_EXECUTOR = 'run steward as root, or have the executor asked (steward setup --executor)';
const ASK_EXECUTOR = 'look why: systemctl status steward-executor.socket, journalctl -u steward-executor@*';
const ASK_AGAIN = 'is it running, and is the way there open? Ask again: steward context PROBE';
const RUN_IT = 'run its command by hand as the user of steward, and see what it says';
const NOT_LET_IN = 'the account that asks is not let in.';

const UNREACHABLE: readonly [RegExp, string][] = [
  [/refused/i, 'nothing listens there: is the service running, and is its address right?'],
  [/dns|resolve|name or service/i, 'the name is not known here: check the address and the resolver'],
  [/timeout|timed out/i, 'nobody answers: a firewall, a host that is off, or a service that hangs'],
  [/tls/i, 'its certificate is not trusted: name the authority in NODE_EXTRA_CA_CERTS of the unit'],
  [/bus/i, 'the system bus does not answer this user: see the unit and its User='],
];

const FAILED: readonly [RegExp, string][] = [
  [
    /HTTP (401|403)|permission denied|not permitted|NOAUTH|WRONGPASS|FATAL: +(role|password)|forbidden|unauthori[sz]ed/i,
    NOT_LET_IN,
  ],
  [/wrong password|no key found/i, NOT_LET_IN],
  [
    /remaining connection slots|too many clients|max number of clients/i,
    'it lets nobody in any more: look who holds its connections',
  ],
  [
    /no end after|deadline/,
    'it takes too long: is what it asks about hanging (a dead NFS server, a failing disk)?',
  ],
  [/refused: /, 'policy does not let it run: steward policy explain says why'],
  [/too much to judge/, 'it prints more than can be judged: narrow it in a probe file of your own'],
  [
    /^fact |of the output/,
    'it prints something else than expected, perhaps in another version: report it, with the output',
  ],
];

function adviseOn(signs: readonly [RegExp, string][], reason: string | null): string | null {
  return signs.find(([sign]) => sign.test(reason ?? ''))?.[1] ?? null;
}

function adviseToDeclare(spec: ProbeSpec): string | null {
  const parameter = spec.unset === null ? undefined : spec.parameters[spec.unset];
  if (parameter === undefined) return null;
  // What no word of its commands holds, only the program itself reads.
  const isReadByProgram = !JSON.stringify(spec.gather).includes(`{${spec.unset}}`);
  if (parameter.from !== null && isReadByProgram) {
    return `set environment.${parameter.from} in steward.yaml, like ${JSON.stringify(parameter.example)}`;
  }
  const from = parameter.from === null ? '' : ` (or ${parameter.from} under environment)`;
  return `set probes.parameters.${spec.name}.${spec.unset} in steward.yaml${from}, like ${JSON.stringify(parameter.example)}`;
}
