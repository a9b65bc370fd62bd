import { carryAnswered } from '../../app/pages/carry-answered.ts';
import { createDevices } from '../../app/pages/devices.ts';
import { enrolmentAddress } from '../../app/pages/links.ts';
import { createPin } from '../../app/pages/pin.ts';
import { isBesideSystem } from '../../app/system-view.ts';
import type { World } from '../../app/world.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { readSecretLine } from '../read-secret-line.ts';
import { printRun } from '../run-and-print.ts';
import { abortOnSignals } from '../signals.ts';

const USAGE = 'steward pages enroll, devices, revoke NAME, or pin';

/** `steward pages enroll | devices | revoke NAME | pin`, and `carry ID` for serve. */
export async function run(call: CommandCall): Promise<number> {
  const [verb, name, ...rest] = call.args.positionals;
  const wantsName = verb === 'revoke' || verb === 'carry';
  if (rest.length > 0 || (name !== undefined) !== wantsName) throw new OpsError('usage', 'usage', USAGE);
  switch (verb) {
    case 'enroll':
      return enroll(call);
    case 'devices':
      return list(call);
    case 'revoke':
      return revoke(call, name ?? '');
    case 'pin':
      return setPin(call);
    case 'carry':
      return carry(call, name ?? '');
    default:
      throw new OpsError('usage', 'usage', USAGE);
  }
}

async function enroll(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const world = await keptWorld(call);
  const { name, secret, expiresAt } = await createDevices(world).invite(args.value('name') ?? null);
  const { url, problem } = enrolmentAddress(world, secret);
  const expires = new Date(expiresAt).toISOString();
  if (args.has('json')) {
    await streams.out(jsonLine({ name, url, expires_at: expires }));
    return 0;
  }
  if (problem !== null) await streams.err(`steward: ${problem}\n`);
  await sayWhose(call, world);
  // Not through `say`: whoever asked for this secret is to read it.
  await streams.out(`Open this on the device that is to be "${name}", until ${expires}:\n\n  ${url}\n\n`);
  if (streams.isOutTerminal) await streams.out(await drawCode(url));
  return 0;
}

/** For a camera: dark on light, whatever the terminal's colours are. */
async function drawCode(url: string): Promise<string> {
  const { renderUnicodeCompact } = await import('uqr');
  const lines = renderUnicodeCompact(url, { ecc: 'L', border: 2 }).split('\n');
  return `${lines.map((line) => `\u001b[97;40m${line}\u001b[0m`).join('\n')}\n\n`;
}

async function list(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const devices = await createDevices(world).list();
  const time = (at: number): string => new Date(at).toISOString();
  if (args.has('json')) {
    const shown = devices.map(({ name, createdAt, seenAt }) => ({
      name,
      enrolled_at: time(createdAt),
      seen_at: time(seenAt),
    }));
    await streams.out(jsonLine({ devices: shown, pin: await createPin(world).isSet() }));
    return 0;
  }
  const lines = devices.map(
    ({ name, createdAt, seenAt }) =>
      `${name.padEnd(20)}  enrolled ${time(createdAt).slice(0, 16)}Z, last seen ${time(seenAt).slice(0, 10)}\n`,
  );
  await streams.say(lines.length === 0 ? 'No device is enrolled.\n' : lines.join(''));
  return 0;
}

async function revoke(call: CommandCall, name: string): Promise<number> {
  await createDevices(await keptWorld(call)).revoke(name);
  await call.streams.say(`${name} is known no more.\n`);
  return 0;
}

async function setPin(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const world = await keptWorld(call);
  const pin = createPin(world);
  if (args.has('remove')) {
    await pin.remove();
    await streams.say('No PIN is set: only enrolled devices approve.\n');
    return 0;
  }
  await sayWhose(call, world);
  const wanted = args.has('from-stdin') ? await readSecretLine(streams) : null;
  const made = await pin.set(wanted);
  if (wanted !== null) await streams.say('The PIN is set.\n');
  else await streams.out(`The PIN is ${made}. It is shown this once.\n`);
  return 0;
}

async function carry(call: CommandCall, id: string): Promise<number> {
  const { signal } = abortOnSignals();
  const world = await keptWorld(call);
  const view = { format: 'text' as const, isStructured: false, windowOf: () => null };
  return printRun(call, world, view, (listener) => carryAnswered(world, id, listener, signal));
}

/** A device of ours is none of the system's. */
async function sayWhose({ streams }: CommandCall, world: World): Promise<void> {
  if (!isBesideSystem(world)) return;
  await streams.err(
    "steward: this is for a serve of your own; for the system's: sudo -u steward steward pages …\n",
  );
}

async function keptWorld(call: CommandCall): Promise<World> {
  const world = await worldOf(call);
  if (world.store.kind === 'disk') return world;
  throw new OpsError('no-state', 'state-full', `there is nowhere to keep this: ${world.store.location}`);
}
