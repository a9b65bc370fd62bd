import { readApiKey } from '../../config/index.ts';
import { createWebSender, readTimeZone } from '../../host/index.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { parseWindow } from '../../lib/week-window.ts';
import {
  type Channel,
  createChannel,
  createOutbox,
  createSender,
  DIGEST,
  type Line,
  type Notice,
  type Outbox,
  type RouteRules,
  routeNotice,
  type Scene,
  type Sender,
} from '../../notify/index.ts';
import type { World } from '../world.ts';

/** Everything that is needed to tell people something. */
export interface Desk {
  outbox: Outbox;
  sender: Sender;
  channels: Channel[];
  rules: RouteRules;
  scene(): Scene;
  /** On disk when it resolves; false: that was said before, or nobody is to be told. */
  put(notice: Notice, said?: string): Promise<boolean>;
}

/** null where settings name no channel. OpsError `settings` for a channel that is not complete, or is not there. */
export async function openDesk(
  world: Pick<World, 'settings' | 'env' | 'operatorFiles' | 'host' | 'clock' | 'masker' | 'store'>,
  log: (line: string) => void,
): Promise<Desk | null> {
  const { settings, clock, masker, store } = world;
  const { notify } = settings;
  const names = Object.keys(notify.channels);
  if (names.length === 0) return null;
  const channels = await readChannels(world);
  const updating = channels.filter(({ canUpdate }) => canUpdate).map(({ name }) => name);
  const rules = { ...readRules(world, names), updating };
  const zone = readTimeZone(world.env);
  const outbox = createOutbox(store);
  const fallbacks = Object.fromEntries(
    Object.entries(notify.channels).map(([name, { fallback }]) => [name, fallback]),
  );
  const say = (line: string): void => log(masker.mask(line));
  const sender = createSender({ outbox, channels, fallbacks, clock, random: Math.random, log: say });
  const scene = (): Scene => ({ now: clock.now(), zone, mask: masker.mask });
  return {
    ...{ outbox, sender, channels, rules, scene },
    put(notice, said) {
      const now = clock.now();
      return outbox.put(
        maskNotice(notice, masker),
        (told) => routeNotice(notice, told, rules, { now, zone }),
        {
          now,
          ...(said === undefined ? {} : { said }),
        },
      );
    },
  };
}

/** The last boundary: what a template took from somewhere unmasked stays here. The address is ours, and has a key in it. */
function maskNotice(notice: Notice, masker: World['masker']): Notice {
  const clean = (line: Line): Line =>
    line.map((piece) =>
      typeof piece === 'string' ? masker.mask(piece) : { outside: masker.mask(piece.outside) },
    );
  return {
    ...notice,
    headline: clean(notice.headline),
    body: notice.body.map(clean),
    facts: masker.maskValue(notice.facts) as Notice['facts'],
  };
}

async function readChannels({
  settings,
  env,
  operatorFiles,
  host,
}: Pick<World, 'settings' | 'env' | 'operatorFiles' | 'host'>): Promise<Channel[]> {
  const web = createWebSender();
  const made: Channel[] = [];
  for (const [name, channel] of Object.entries(settings.notify.channels)) {
    const {
      fallback,
      secret_env: variable,
      secret_credential: credential,
      secret_file: file,
      ca_file: caFile,
    } = channel;
    if (fallback !== null) checkName(`notify.channels.${name}.fallback`, fallback, settings);
    const fromFile = file === null ? undefined : (await mustRead(operatorFiles, name, file)).trim();
    const key = (await readApiKey({ variable, credential }, { env, files: operatorFiles })) ?? fromFile;
    if (key === undefined && (variable !== null || credential !== null)) {
      throw new OpsError(
        'no-channel-secret',
        'settings',
        `notify.channels.${name}: its secret is not there`,
        {
          hint: variable === null ? `LoadCredential=${credential}:…` : `set ${variable}`,
        },
      );
    }
    const ca = caFile === null ? null : await mustRead(operatorFiles, name, caFile);
    made.push(createChannel(name, channel, { secret: key ?? null, ca, web, host: host.hostname }));
  }
  return made;
}

async function mustRead(files: World['operatorFiles'], name: string, path: string): Promise<string> {
  const text = await files.readText(path);
  if (text !== undefined) return text;
  throw new OpsError('no-channel-file', 'settings', `notify.channels.${name}: there is no file ${path}`);
}

function readRules(
  { settings }: Pick<World, 'settings'>,
  channels: readonly string[],
): Omit<RouteRules, 'updating'> {
  const { routes, escalate_to: escalateTo, digest_to: digestTo, quiet } = settings.notify;
  for (const [severity, names] of Object.entries(routes)) {
    for (const name of names ?? []) {
      if (name !== DIGEST) checkName(`notify.routes.${severity}`, name, settings);
    }
  }
  for (const name of escalateTo) checkName('notify.escalate_to', name, settings);
  for (const name of digestTo) checkName('notify.digest_to', name, settings);
  const windows = quiet.map((text) => {
    const window = parseWindow(text);
    if (window !== undefined) return window;
    throw new OpsError('bad-quiet', 'settings', `notify.quiet: "${text}" is not a window`, {
      hint: '22:00-07:00, or Sat,Sun 02:00-05:00',
    });
  });
  return { channels, routes, escalateTo, digestTo, quiet: windows };
}

function checkName(place: string, name: string, { notify }: World['settings']): void {
  if (Object.hasOwn(notify.channels, name)) return;
  throw new OpsError('no-channel', 'settings', `${place}: there is no channel "${name}"`, {
    hint: `notify.channels names ${Object.keys(notify.channels).join(', ')}`,
  });
}
