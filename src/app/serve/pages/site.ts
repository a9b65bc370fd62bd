import type { Reply } from '../../../host/index.ts';
import { type Frame, pathOf, SECTIONS } from '../../../pages/index.ts';
import { createSwitches } from '../../../runs/index.ts';
import { findElsewhere, PAGE_WITHIN_MS } from '../../change/approvals-elsewhere.ts';
import { approvalsOf } from '../../change/approve-change.ts';
import { viewKey } from '../../pages/links.ts';
import type { World } from '../../world.ts';
import { refusal, say } from './reply.ts';
import type { FoundApproval } from './show-approval.ts';
import { isSame, type PageAddress, type Visit } from './visit.ts';

/** What looking and answering have in common: who asks, what is there, and how it is refused. */
export interface Site {
  address: PageAddress;
  /** `key`: of the approval whose address was used. */
  frameOf(visit: Pick<Visit, 'device'>, key?: string | null): Promise<Frame>;
  refuse(status: number, title: string, text: string, hint?: string | null): Promise<Reply>;
  unknownDevice(visit: Visit): Promise<Reply>;
  /** Also where there is one: an address that is not whole says nothing about what is there. */
  unknownApproval(): Promise<Reply>;
  /** The key in a query or form, when it is the one of this approval. */
  keyIn(fields: URLSearchParams, id: string): Promise<string | null>;
  findApproval(id: string): Promise<FoundApproval | null>;
}

const ID = /^a-[a-z0-9]{1,40}$/;

export function createSite(world: World, address: PageAddress): Site {
  const { store, clock } = world;

  async function frameOf({ device }: Pick<Visit, 'device'>, key: string | null = null): Promise<Frame> {
    const common = { prefix: address.prefix, host: world.host.hostname, now: clock.now() };
    if (device === null) {
      const viewer = key === null ? { kind: 'stranger' as const } : { kind: 'link' as const, key };
      return { ...common, viewer, paused: null, waiting: 0 };
    }
    const [{ paused }, approvals] = await Promise.all([
      createSwitches(world).read(''),
      approvalsOf(world).list(),
    ]);
    const waiting = approvals.filter(({ state }) => state === 'pending').length;
    const shown = paused === null ? null : { ...paused, by: world.masker.mask(paused.by) };
    return { ...common, viewer: { kind: 'device', name: device.name }, paused: shown, waiting };
  }

  async function refuse(
    status: number,
    title: string,
    text: string,
    hint: string | null = null,
  ): Promise<Reply> {
    return say(await frameOf({ device: null }), status, refusal(title, text, hint));
  }

  return {
    address,
    frameOf,
    refuse,
    async unknownDevice({ path: [section = '', id] }: Visit): Promise<Reply> {
      const text = 'Nothing is shown to it.';
      const hint = `On ${world.host.hostname}, steward pages enroll gives an address that enrols it. Is it enrolled? A page that is opened from another app or site does not know it at once: open it again.`;
      const known = SECTIONS.find((one) => one === section) ?? 'approvals';
      const back = { href: pathOf(address, known, id), word: 'Open again' };
      const frame = await frameOf({ device: null });
      return say(frame, 403, { ...refusal('This device is not enrolled', text, hint), back });
    },
    unknownApproval: () =>
      refuse(
        404,
        'Nothing is here for this device',
        'The address is not whole, or the device is not enrolled.',
        'Open the address of the message as it is, or the list of approvals on an enrolled device.',
      ),
    async keyIn(fields: URLSearchParams, id: string): Promise<string | null> {
      const given = fields.get('k') ?? '';
      return isSame(given, await viewKey(store, id)) ? given : null;
    },
    async findApproval(id: string): Promise<FoundApproval | null> {
      if (!ID.test(id)) return null;
      const own = (await approvalsOf(world).list()).find((approval) => approval.id === id);
      if (own !== undefined) return { approval: own, socket: null };
      const found = await findElsewhere(world, id, PAGE_WITHIN_MS);
      return found?.approval.id === id ? found : null;
    },
  };
}
