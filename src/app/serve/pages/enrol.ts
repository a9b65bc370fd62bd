import type { Reply, RequestHead } from '../../../host/index.ts';
import { enrolmentPage, type Frame, pathOf } from '../../../pages/index.ts';
import type { Devices, EnrolmentRefusal } from '../../pages/devices.ts';
import { markup, refusal, say, seeOther } from './reply.ts';
import { isOnHost, type PageAddress, writeCookie } from './visit.ts';

export interface Enrolling {
  /** The address that the host printed: it only asks, since whoever previews it must not use it up. */
  look(frame: Frame, secret: string, head: RequestHead): Promise<Reply>;
  /** The form of that page, sent from `origin`. */
  take(frame: Frame, secret: string, origin: string): Promise<Reply>;
}

export function createEnrolling(options: {
  devices: Devices;
  address: PageAddress;
  log(line: string): void;
}): Enrolling {
  const { devices, address, log } = options;
  return {
    async look(frame, secret, head) {
      const found = await devices.look(secret);
      if (typeof found === 'string') return refuse(frame, found);
      const isPlain = !(address.origin?.startsWith('https:') ?? false) && !isOnHost(head);
      return markup(enrolmentPage(frame, { ...found, secret, isPlain }));
    },
    async take(frame, secret, origin) {
      const isSecure = origin.startsWith('https:');
      const done = await devices.enroll(secret, isSecure);
      if (typeof done === 'string') return refuse(frame, done);
      log(`device ${done.device.name} was enrolled`);
      const cookie = { 'set-cookie': writeCookie(done.secret, isSecure, address) };
      return seeOther(pathOf(address, 'approvals'), cookie);
    },
  };
}

const REFUSALS: Record<EnrolmentRefusal, [number, string]> = {
  unknown: [404, 'Nobody gave out this address.'],
  used: [410, 'This address was used already, and works once.'],
  late: [410, 'This address was good for ten minutes, which are over.'],
  taken: [409, 'A device of this name was enrolled in between.'],
};

function refuse(frame: Frame, why: EnrolmentRefusal): Reply {
  const [status, text] = REFUSALS[why];
  return say(frame, status, refusal('Not enrolled', text, 'steward pages enroll on the host gives another.'));
}
