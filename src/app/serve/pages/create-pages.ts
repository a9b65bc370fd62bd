import type { Reply, RequestHead } from '../../../host/index.ts';
import { OpsError } from '../../../lib/ops-error.ts';
import { type Frame, ICON, pathOf } from '../../../pages/index.ts';
import type { IncidentBook } from '../../../protocol/incident.ts';
import { createDevices, SEEN_EVERY_MS } from '../../pages/devices.ts';
import { createPin } from '../../pages/pin.ts';
import type { World } from '../../world.ts';
import type { CarryOut } from './carry-out.ts';
import { createDecide } from './decide.ts';
import { createEnrolling } from './enrol.ts';
import { markup, refusal, say, seeOther } from './reply.ts';
import { createShows } from './show.ts';
import { createApprovalShow } from './show-approval.ts';
import { createSite } from './site.ts';
import { createTake } from './take.ts';
import {
  isEmbedding,
  isOurName,
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

/** Forms of ours are small. */
const FORM_LIMIT_BYTES = 16 * 1024;
const FORM = 'application/x-www-form-urlencoded';

export function createPages(options: PagesOptions): Pages {
  const { world, log } = options;
  const { clock } = world;
  const address = readAddress(world.settings.pages.url);
  const site = createSite(world, address);
  const { frameOf, refuse } = site;
  const devices = createDevices(world);
  const enrolling = createEnrolling({ devices, address, log });
  const pin = createPin(world);
  const shows = createShows(world, options);
  const showApproval = createApprovalShow(world, pin);
  const take = createTake({ world, site, enrolling, decide: createDecide({ ...options, pin }), log });

  async function look(visit: Visit): Promise<Reply> {
    const { device, path, query } = visit;
    const [section = '', id] = path;
    if (section === 'enroll' && id === undefined) {
      return enrolling.look(await frameOf({ device: null }), query.get('t') ?? '', visit.head);
    }
    if (section === 'approvals' && id !== undefined) {
      const key = await site.keyIn(query, id);
      if (device === null && key === null) return site.unknownApproval();
      const found = await site.findApproval(id);
      if (found === null) return site.unknownApproval();
      return showApproval(await frameOf(visit, key), found, device?.hash ?? key ?? '');
    }
    if (device === null) return site.unknownDevice(visit);
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
