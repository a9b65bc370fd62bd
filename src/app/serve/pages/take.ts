import type { Reply } from '../../../host/index.ts';
import { parseDuration } from '../../../lib/duration.ts';
import { PAUSE_CHOICES, pathOf } from '../../../pages/index.ts';
import { createSwitches } from '../../../runs/index.ts';
import { formToken } from '../../pages/links.ts';
import type { World } from '../../world.ts';
import type { Decision } from './decide.ts';
import type { Enrolling } from './enrol.ts';
import { seeOther } from './reply.ts';
import type { Site } from './site.ts';
import { isSame, ownOrigin, type Visit } from './visit.ts';

export interface TakeOptions {
  world: World;
  site: Site;
  enrolling: Enrolling;
  decide(decision: Decision): Promise<Reply>;
  /** One line for the operator. */
  log(line: string): void;
}

const TELL_EVERY_MS = 60_000;

/** Forms: from a page of ours, made for whoever sends it and for what it does, or refused. */
export function createTake(options: TakeOptions): (visit: Visit, form: URLSearchParams) => Promise<Reply> {
  const { world, site, enrolling, decide, log } = options;
  const { store, clock } = world;
  const { address, refuse } = site;

  let toldAt = Number.NEGATIVE_INFINITY;
  /** Whoever reaches us can be refused as often as they like. */
  const tellRarely = (line: string): void => {
    if (clock.elapsed() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock.elapsed();
    log(line);
  };

  const isFor = async (
    session: string | null | undefined,
    given: string,
    purpose: string,
  ): Promise<boolean> => session != null && isSame(given, await formToken(store, session, purpose));

  const notOurs = (): Promise<Reply> =>
    refuse(
      403,
      'Not a form of this page',
      'It was changed on the way, or made for another device.',
      'Nothing was done. Load the page again.',
    );

  async function takeAnswer(visit: Visit, form: URLSearchParams, id: string): Promise<Reply> {
    const { device } = visit;
    const given = form.get('form') ?? '';
    const key = await site.keyIn(form, id);
    if (device === null && key === null) return site.unknownApproval();
    // A form that was made for whoever has the address is no form of the device, whose cookie may come with it.
    const isOfDevice = await isFor(device?.hash, given, `approvals/${id}`);
    if (!isOfDevice && !(await isFor(key, given, `approvals/${id}`))) return notOurs();
    const found = await site.findApproval(id);
    if (found === null) return site.unknownApproval();
    const frame = await site.frameOf(isOfDevice ? visit : { device: null }, key);
    return decide({ frame, approval: found.approval, isElsewhere: found.socket !== null, form });
  }

  async function pause(form: URLSearchParams, name: string): Promise<Reply> {
    const by = `phone:${name}`;
    const wanted = form.get('for') ?? '';
    const what = form.get('do');
    if (what === 'resume') {
      await createSwitches(world).resume();
      log(`resumed by ${by}`);
    } else {
      if (what !== 'pause' || !PAUSE_CHOICES.some((choice) => choice === wanted)) {
        return refuse(400, 'That is no pause', 'The form came without what to do.');
      }
      const forMs = parseDuration(wanted);
      await createSwitches(world).pause({ untilMs: forMs === undefined ? null : clock.now() + forMs, by });
      log(`paused by ${by}`);
    }
    return seeOther(pathOf(address, 'pause'));
  }

  return async (visit, form) => {
    const { device, path } = visit;
    const [section = '', id] = path;
    const origin = ownOrigin(visit.head, address);
    if (origin === null) {
      const from = address.origin ?? 'a loopback address';
      tellRarely('refused: a form that was sent from another site (403)');
      return refuse(
        403,
        'Sent from elsewhere',
        'This form did not come from a page of steward.',
        `Its pages are at ${from}: setting pages.url.`,
      );
    }
    if (section === 'enroll' && id === undefined) {
      return enrolling.take(await site.frameOf({ device: null }), form.get('t') ?? '', origin);
    }
    if (section === 'approvals' && id !== undefined) return takeAnswer(visit, form, id);
    if (device === null) return site.unknownDevice(visit);
    if (section !== 'pause' || id !== undefined) {
      return refuse(405, 'Nothing to send here', 'This page takes no form.');
    }
    if (!(await isFor(device.hash, form.get('form') ?? '', 'pause'))) return notOurs();
    return pause(form, device.name);
  };
}
