import { userInfo } from 'node:os';
import type { Reply } from '../../../host/index.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import { type Frame, lostSteps, type Message, pathOf } from '../../../pages/index.ts';
import type { Approval } from '../../../protocol/approval.ts';
import { respond } from '../../change/approve-change.ts';
import type { Pin, PinAnswer } from '../../pages/pin.ts';
import type { World } from '../../world.ts';
import type { CarryOut } from './carry-out.ts';
import { refusal, say, seeOther } from './reply.ts';

const LONGEST_COMMENT = 500;

export interface Decision {
  frame: Frame;
  approval: Approval;
  /** It waits at the executor, which takes no answer from here. */
  isElsewhere: boolean;
  form: URLSearchParams;
}

export interface DecideOptions {
  world: World;
  pin: Pin;
  carry: Pick<CarryOut, 'note' | 'forget' | 'begin'>;
  isDraining(): boolean;
  /** One line for the operator. */
  log(line: string): void;
}

/**
 * An answer from a form that is known to be ours and to come from whoever may see this approval: the same answer as
 * `steward approvals approve|deny`, bound to the digest that the form was made for.
 */
export function createDecide(options: DecideOptions): (decision: Decision) => Promise<Reply> {
  const { world, pin, carry, log } = options;

  return async (decision) => {
    const { frame, approval, form } = decision;
    const { id } = approval;
    const kind = form.get('decision');
    const digest = form.get('digest') ?? '';
    const tell = (status: number, message: Message, headers: Record<string, string> = {}): Reply =>
      say(frame, status, { ...message, back: { href: hereOf(frame, id), word: 'Look again' } }, headers);
    if ((kind !== 'approve' && kind !== 'deny') || !/^[0-9a-f]{64}$/.test(digest)) {
      return tell(
        400,
        refusal('That is no answer', 'The form came without a decision, or without what it is about.'),
      );
    }
    if (decision.isElsewhere) {
      const where = `steward approvals ${kind} ${id} on ${frame.host}`;
      return tell(403, refusal('Not from here', 'It needs root, and is answered on the host alone.', where));
    }
    if (options.isDraining()) {
      return tell(503, refusal('steward is ending', 'Nothing was answered. Try again in a moment.'));
    }
    // What does not count anyway costs no attempt of the PIN.
    if (approval.state === 'pending' && approval.digest !== digest) {
      return tell(409, CHANGED);
    }
    let by = frame.viewer.kind === 'device' ? `phone:${frame.viewer.name}` : 'phone:link';
    if (kind === 'approve' && approval.state === 'pending') {
      if (lostSteps(approval.undo) > 0 && form.get('understood') !== 'yes') {
        return tell(
          400,
          refusal('Not approved', 'It has steps that cannot be rolled back: tick the box that says so.'),
        );
      }
      if (frame.viewer.kind !== 'device') {
        const answer = await pin.check(form.get('pin') ?? '');
        if (answer.kind !== 'right') {
          if (answer.kind === 'wrong') log(`${id}: an approval with a wrong PIN was refused`);
          return tell(...tellPin(answer, world.clock.now()));
        }
        by = 'phone:pin';
      }
    }
    const comment = form.get('comment')?.trim().slice(0, LONGEST_COMMENT).toWellFormed() ?? '';
    try {
      if (kind === 'approve') await carry.note(id);
      const by_ = { username: by, uid: userInfo().uid };
      await respond(world, kind, { id, comment: comment === '' ? null : comment, by: by_, digest });
    } catch (error) {
      if (kind === 'approve') await carry.forget(id);
      if (!(error instanceof OpsError)) throw error;
      return tell(...tellRefusal(error, frame));
    }
    log(`${id} was ${kind === 'approve' ? 'approved' : 'denied'} by ${by}`);
    if (kind === 'approve') carry.begin(id);
    return seeOther(hereOf(frame, id));
  };
}

/** Of the page of this approval, for whoever looks at it. */
export function hereOf(frame: Frame, id: string): string {
  const key = frame.viewer.kind === 'link' ? `?k=${encodeURIComponent(frame.viewer.key)}` : '';
  return `${pathOf(frame, 'approvals', id)}${key}`;
}

const CHANGED = refusal(
  'It changed since you looked',
  'Another plan waits under this name by now than the one that you saw. Nothing was answered.',
);

/** Why an answer does not count, each with what to make of it. */
function tellRefusal({ code, message }: OpsError, { host }: Frame): [number, Message] {
  switch (code) {
    case 'approval-other-digest':
      return [409, CHANGED];
    case 'approval-answered':
      return [409, { ...refusal('Answered already', `${message}.`), tone: 'warn' }];
    case 'approval-running':
      return [409, { ...refusal('Approved already', `${message}.`), tone: 'warn' }];
    case 'approval-void':
      return [409, { ...refusal('No longer valid', `${message}.`), tone: 'warn' }];
    case 'approval-paused':
      return [409, refusal('Paused', `${message}. Nothing was answered; it waits.`)];
    case 'approval-expired':
      return [410, refusal('Expired', `${message}. Nothing was done.`)];
    default:
      return [503, refusal('Not answered', message, `It can be answered on ${host}.`)];
  }
}

function tellPin(
  answer: Exclude<PinAnswer, { kind: 'right' }>,
  now: number,
): [number, Message, Record<string, string>] {
  if (answer.kind === 'unset') {
    const hint = 'Enrol it with steward pages enroll, or set a PIN with steward pages pin.';
    return [403, refusal('This device may not approve', 'No PIN is set on the host.', hint), {}];
  }
  const waitS = answer.until === null ? null : Math.max(1, Math.ceil((answer.until - now) / 1_000));
  const headers: Record<string, string> = waitS === null ? {} : { 'retry-after': String(waitS) };
  const wait = waitS === null ? 'Try again.' : `The next attempt is looked at in ${waitS} s.`;
  if (answer.kind === 'locked') {
    return [429, refusal('Too many wrong PINs', `Nothing was looked at. ${wait}`), headers];
  }
  const count = answer.failures === 1 ? '' : ` ${answer.failures} wrong ones in a row.`;
  return [403, refusal('Wrong PIN', `Nothing was approved.${count} ${wait}`), headers];
}
