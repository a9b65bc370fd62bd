import type { Reply, RequestHead } from '../../../host/index.ts';
import { parseDuration } from '../../../lib/duration.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import { type Frame, ICON, PAUSE_CHOICES, pathOf, SECTIONS } from '../../../pages/index.ts';
import type { IncidentBook } from '../../../protocol/incident.ts';
import { createSwitches } from '../../../runs/index.ts';
import { approvalsOf } from '../../change/approve-change.ts';
import { createDevices, SEEN_EVERY_MS } from '../../pages/devices.ts';
import { formToken, viewKey } from '../../pages/links.ts';
import { createPin } from '../../pages/pin.ts';
import type { World } from '../../world.ts';
import type { CarryOut } from './carry-out.ts';
import { createDecide } from './decide.ts';
import { approvalElsewhere } from './elsewhere.ts';
import { createEnrolling } from './enrol.ts';
import { markup, refusal, say, seeOther } from './reply.ts';
import { createShows } from './show.ts';
import { createApprovalShow, type FoundApproval } from './show-approval.ts';
import {
  isEmbedding,
  isOurName,
  isSame,
  ownOrigin,
  readAddress,
  readCookie,
  readPath,
  type Visit,
  writeCookie,
} from './visit.ts';

export interface PagesOptions {
  world: World;
  book(): IncidentBook;
  carry: Pick<CarryOut, 'note' | 'forget' | 'begin'>;
  isDraining(): boolean;
  /** One line for the operator. */
  log(line: string): void;
}

/** The pages of `steward serve`: they take no token, and know a browser by its cookie or by the address of an approval. */
export interface Pages {
  owns(head: RequestHead): boolean;
  admit(head: RequestHead): Reply | null;
  handle(head: RequestHead, body: Buffer): Promise<Reply>;
}

const TELL_EVERY_MS = 60_000;
/** Forms of ours are small. */
const FORM_LIMIT_BYTES = 16 * 1024;
const FORM = 'application/x-www-form-urlencoded';
const ID = /^a-[a-z0-9]{1,40}$/;

export function createPages(options: PagesOptions): Pages {
  const { world, log } = options;
  const { store, clock } = world;
  const address = readAddress(world.settings.pages.url);
  const devices = createDevices(world);
  const enrolling = createEnrolling({ devices, address, log });
  const pin = createPin(world);
  const shows = createShows(world, options);
  const showApproval = createApprovalShow(world, pin);
  const decide = createDecide({ ...options, pin });

  /** Whoever reaches us can be refused as often as they like. */
  let toldAt = Number.NEGATIVE_INFINITY;
  const tellRarely = (line: string): void => {
    if (clock.elapsed() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock.elapsed();
    log(line);
  };

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

  async function unknownDevice({ path: [section = '', id] }: Visit): Promise<Reply> {
    const text = 'Nothing is shown to it.';
    const hint = `On ${world.host.hostname}, steward pages enroll gives an address that enrols it. Is it enrolled? A page that is opened from another app or site does not know it at once: open it again.`;
    const known = SECTIONS.find((one) => one === section) ?? 'approvals';
    const back = { href: pathOf(address, known, id), word: 'Open again' };
    const frame = await frameOf({ device: null });
    return say(frame, 403, { ...refusal('This device is not enrolled', text, hint), back });
  }

  async function look(visit: Visit): Promise<Reply> {
    const { device, path, query } = visit;
    const [section = '', id] = path;
    if (section === 'enroll' && id === undefined) {
      return enrolling.look(await frameOf({ device: null }), query.get('t') ?? '', visit.head);
    }
    if (section === 'approvals' && id !== undefined) {
      const key = await keyIn(query, id);
      if (device === null && key === null) return unknownApproval();
      const found = await findApproval(id);
      if (found === null) return unknownApproval();
      return showApproval(await frameOf(visit, key), found, device?.hash ?? key ?? '');
    }
    if (device === null) return unknownDevice(visit);
    if (section === '' && id === undefined) return seeOther(pathOf(address, 'approvals'));
    const frame = await frameOf(visit);
    const reply = await lookAtSection(frame, section, id, device.hash);
    return (
      reply ?? say(frame, 404, refusal('There is no such page', 'It may have been removed with its age.'))
    );
  }

  async function lookAtSection(
    frame: Frame,
    section: string,
    id: string | undefined,
    session: string,
  ): Promise<Reply | null> {
    if (id !== undefined) {
      if (section === 'incidents') return shows.incident(frame, id);
      return section === 'runs' ? shows.run(frame, id) : null;
    }
    switch (section) {
      case 'approvals':
      case 'incidents':
      case 'runs':
      case 'findings':
      case 'spend':
        return shows[section](frame);
      case 'pause':
        return shows.pause(frame, session);
      default:
        return null;
    }
  }

  /** Also where there is one: an address that is not whole says nothing about what is there. */
  const unknownApproval = (): Promise<Reply> =>
    refuse(
      404,
      'Nothing is here for this device',
      'The address is not whole, or the device is not enrolled.',
      'Open the address of the message as it is, or the list of approvals on an enrolled device.',
    );

  async function keyIn(fields: URLSearchParams, id: string): Promise<string | null> {
    const given = fields.get('k') ?? '';
    return isSame(given, await viewKey(store, id)) ? given : null;
  }

  async function findApproval(id: string): Promise<FoundApproval | null> {
    if (!ID.test(id)) return null;
    const own = (await approvalsOf(world).list()).find((approval) => approval.id === id);
    if (own !== undefined) return { approval: own, socket: null };
    return approvalElsewhere(world, id);
  }

  async function take(visit: Visit, form: URLSearchParams): Promise<Reply> {
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
      return enrolling.take(await frameOf({ device: null }), form.get('t') ?? '', origin);
    }
    const given = form.get('form') ?? '';
    if (section === 'approvals' && id !== undefined) {
      const key = await keyIn(form, id);
      const session = await sessionOf([device?.hash, key], given, `approvals/${id}`);
      if (device === null && key === null) return unknownApproval();
      if (session === null) return notOurs();
      const found = await findApproval(id);
      if (found === null) return unknownApproval();
      const frame = await frameOf(visit, key);
      return decide({ frame, approval: found.approval, isElsewhere: found.socket !== null, form });
    }
    if (device === null) return unknownDevice(visit);
    if (section !== 'pause' || id !== undefined)
      return refuse(405, 'Nothing to send here', 'This page takes no form.');
    if ((await sessionOf([device.hash], given, 'pause')) === null) return notOurs();
    return pause(form, device.name);
  }

  const notOurs = (): Promise<Reply> =>
    refuse(
      403,
      'Not a form of this page',
      'It was changed on the way, or made for another device.',
      'Nothing was done. Load the page again.',
    );

  async function sessionOf(
    sessions: readonly (string | null | undefined)[],
    given: string,
    purpose: string,
  ): Promise<string | null> {
    for (const session of sessions) {
      if (session == null) continue;
      if (isSame(given, await formToken(store, session, purpose))) return session;
    }
    return null;
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

  async function answer(head: RequestHead, path: readonly string[], body: Buffer): Promise<Reply> {
    const secret = readCookie(head);
    const device = secret === null ? null : await devices.find(secret);
    const visit: Visit = { head, path, query: new URLSearchParams(head.query), device };
    if (head.method === 'POST') return take(visit, new URLSearchParams(body.toString('utf8')));
    const reply = await look(visit);
    if (device === null || secret === null || clock.now() - device.seenAt < SEEN_EVERY_MS) return reply;
    await devices.saw(device);
    const cookie = { 'set-cookie': writeCookie(secret, device.isSecure, address) };
    return { ...reply, headers: { ...reply.headers, ...cookie } };
  }

  return {
    owns: ({ path }) => readPath(path, address) !== null,
    admit({ method, header }) {
      if (method === 'GET' || method === 'HEAD') return null;
      if (method !== 'POST') return markup('', 405, { allow: 'GET, HEAD, POST' });
      if (header('content-type')?.split(';')[0]?.trim().toLowerCase() !== FORM) return markup('', 415);
      return Number(header('content-length') ?? '0') > FORM_LIMIT_BYTES ? markup('', 413) : null;
    },
    async handle(head, body) {
      const path = readPath(head.path, address);
      if (path === null || path[0] === 'favicon.ico') return markup('', 404);
      if (path[0] === 'icon.svg') return { ...markup(ICON), contentType: 'image/svg+xml' };
      if (body.length > FORM_LIMIT_BYTES) return markup('', 413);
      if (!isOurName(head, address)) {
        const where = address.origin ?? 'http://127.0.0.1, or the address that the setting pages.url names';
        return refuse(
          421,
          'Not under this name',
          `steward answers at ${where}.`,
          'Behind a proxy it has to pass the name on: proxy_set_header Host $host.',
        );
      }
      if (isEmbedding(head)) return refuse(403, 'Not inside another page', 'This page is opened by itself.');
      try {
        return await answer(head, path, body);
      } catch (error) {
        if (!(error instanceof OpsError)) throw error;
        const { mask } = world.masker;
        const hint = error.hint === null ? null : mask(error.hint);
        return refuse(error.reason === 'input' ? 404 : 503, 'It cannot be shown', mask(error.message), hint);
      }
    },
  };
}
