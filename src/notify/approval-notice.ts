import { sha256 } from '../lib/digest.ts';
import type { Approval } from '../protocol/approval.ts';
import type { Severity } from '../protocol/finding.ts';
import type { Line, Notice } from './notice.ts';
import { clockTime, quote, quoteBlock, type Scene, since } from './words.ts';

const MOST_STEPS = 12;
const LONGEST_STEP = 300;

export function approvalThread(id: string): string {
  return `approval:${id}`;
}

export interface ApprovalTold {
  link: string | null;
  /** The machine on which it would be done. */
  host: string;
  /** Of what it would mend. */
  severity: Severity;
  /** After it was asked for. */
  remindAfterMs: number;
}

/**
 * What is to be said of an approval as it is now: that it waits, once more when it has waited for long, and how it ended.
 * Nothing in it lets anybody say yes: the address shows and can deny.
 */
export function approvalNotices(
  approval: Approval,
  { link, host, severity, remindAfterMs }: ApprovalTold,
  scene: Scene,
): Notice[] {
  const { id, state, digest, createdAt, updatedAt, answer, result, steps } = approval;
  const base = {
    thread: approvalThread(id),
    link,
    facts: { approval: id, state, effect: approval.effect, digest: digest.slice(0, 12) },
  };
  const what: Line = [
    quote(approval.title, 80, scene),
    // A change without a target of its own has its steps for one, and they are below.
    ...(steps.some((step) => approval.target.includes(step))
      ? []
      : [' of ', quote(approval.target, 60, scene)]),
    ' on ',
    quote(host, 60, scene),
    ` ${since(createdAt, scene)}`,
  ];
  if (state !== 'pending') {
    const by = answer === null ? '' : ` by ${scene.mask(answer.by)} at ${clockTime(answer.at, scene)}`;
    const headline: Line = [`${STATE_WORDS[state]} `, ...what, `${by}${OUTCOMES[state]}`];
    return [
      {
        ...base,
        key: `approval:${id}:${state}`,
        severity: 'info',
        kind: 'recovered',
        isLoud: false,
        isSequel: true,
        at: updatedAt,
        headline,
        body: result === null ? [] : quoteBlock(result.message, { lines: 4, width: 300 }, scene),
      },
    ];
  }
  const asks: Notice = {
    ...base,
    // What would be done is another thing by now: the message says the new one, in its place.
    key: `approval:${id}:asks:${sha256(digest).slice(0, 12)}`,
    // A person is waited for: never unimportant.
    severity: severity === 'critical' ? 'critical' : 'warning',
    kind: 'opened',
    isLoud: true,
    isSequel: false,
    at: updatedAt,
    headline: ['APPROVAL ', ...what, ': steward waits, and has done nothing yet'],
    body: bodyOf(approval, host, scene),
  };
  if (scene.now - createdAt < remindAfterMs) return [asks];
  const reminder: Notice = {
    ...asks,
    key: `approval:${id}:reminder`,
    kind: 'reminder',
    at: createdAt + remindAfterMs,
    headline: ['STILL WAITS ', ...what, ': steward has done nothing yet'],
  };
  return [asks, reminder];
}

const STATE_WORDS: Record<Exclude<Approval['state'], 'pending'>, string> = {
  approved: 'APPROVED',
  done: 'DONE',
  denied: 'DENIED',
  expired: 'EXPIRED',
  void: 'VOID',
};

const OUTCOMES: Record<Exclude<Approval['state'], 'pending'>, string> = {
  approved: ': steward carries it out',
  done: ': steward carried it out',
  denied: ': steward does nothing',
  expired: ': nobody answered, steward does nothing',
  void: ': what it rested on is another by now, steward did nothing',
};

function bodyOf(approval: Approval, host: string, scene: Scene): Line[] {
  const { id, steps, undo, effect, why, doubts = [], expiresAt } = approval;
  const left = steps.length - MOST_STEPS;
  const ways = undo.filter((way) => way !== null);
  return [
    ['Would run on ', quote(host, 60, scene), ':'],
    ...steps
      .slice(0, MOST_STEPS)
      .map((step, index): Line => [`${index + 1}. `, quote(step, LONGEST_STEP, scene)]),
    ...(left > 0 ? [[`… and ${left} more steps: steward approvals show ${id}`]] : []),
    [`Impact: ${IMPACTS[effect]}`],
    ...(ways.length === 0
      ? [['Rollback: there is none']]
      : [
          [ways.length < undo.length ? 'Rollback (not of every step):' : 'Rollback:'],
          ...ways.slice(0, MOST_STEPS).map((way): Line => ['- ', quote(way, LONGEST_STEP, scene)]),
        ]),
    ...doubts.slice(0, 4).map((doubt): Line => ['Look twice: ', quote(doubt, 200, scene)]),
    ...(why === null ? [] : [['Why:'], ...quoteBlock(why, { lines: 4, width: 300 }, scene)]),
    [''],
    [`Answer until ${clockTime(expiresAt, scene)}: steward approvals show ${id}`],
  ];
}

const IMPACTS: Record<Approval['effect'], string> = {
  observe: 'it only looks',
  reversible: 'reversible, can be taken back',
  disruptive: 'disruptive, something is interrupted',
  irreversible: 'irreversible, cannot be taken back',
};
