import { tellIncidents } from '../../app/telling/incident-desk.ts';
import { describeChannels, listMessages, sendTest } from '../../app/telling/look-at-outbox.ts';
import { type Desk, openDesk } from '../../app/telling/open-desk.ts';
import { sendNow } from '../../app/telling/tell-run.ts';
import { orLog, tellApprovals, tellElsewhere } from '../../app/telling/tell-standing.ts';
import type { World } from '../../app/world.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { ENDINGS } from '../../protocol/outcome.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { channelsText, messageFields, messagesText, testLine } from '../print/notify-text.ts';

const FLUSH_WITHIN_MS = 60_000;
const MOST_TOLD = 200;

/** `steward notify test [CHANNEL] | list | flush`. */
export async function run(call: CommandCall): Promise<number> {
  const [verb = 'list', name, ...rest] = call.args.positionals;
  const isKnown = verb === 'test' || ((verb === 'list' || verb === 'flush') && name === undefined);
  if (!isKnown || rest.length > 0) {
    throw new OpsError('usage', 'usage', 'steward notify test [CHANNEL], list or flush', {
      hint: 'test sends a message, list shows what waits, flush sends what waits',
    });
  }
  const world = await worldOf(call);
  const log = (line: string): void => void call.streams.err(`steward: ${line}\n`);
  const desk = await openDesk(world, log);
  if (desk === null) {
    throw new OpsError('no-channels', 'settings', 'nobody is told of anything: settings name no channel', {
      hint: 'notify.channels; docs/notify.md shows each kind',
    });
  }
  if (verb === 'test') return test(call, world, desk, name ?? null);
  return verb === 'list' ? list(call, desk) : flush(call, world, desk, log);
}

async function test(
  { args, streams }: CommandCall,
  world: World,
  desk: Desk,
  name: string | null,
): Promise<number> {
  const results = await sendTest(world, desk, name);
  if (args.has('json')) await streams.out(jsonLine(world.masker.maskValue({ channels: results })));
  else for (const result of results) await streams.say(testLine(result));
  const refused = results.find(({ ok }) => !ok);
  if (refused === undefined) return 0;
  return ENDINGS[refused.isFinal ? 'settings' : 'try-later'].exitCode;
}

async function list({ args, streams }: CommandCall, desk: Desk): Promise<number> {
  const messages = await listMessages(desk, MOST_TOLD);
  if (args.has('json')) {
    await streams.out(
      jsonLine({
        channels: describeChannels(desk),
        waiting: messages.waiting.map(messageFields),
        told: messages.told.map(messageFields),
        digest: messages.digest.map(({ headline, at }) => ({ headline, at: new Date(at).toISOString() })),
      }),
    );
    return 0;
  }
  await streams.say(channelsText(describeChannels(desk)));
  await streams.say(messagesText(messages, args.has('all')));
  return 0;
}

async function flush(
  { streams }: CommandCall,
  world: World,
  desk: Desk,
  log: (line: string) => void,
): Promise<number> {
  const said = new Set<string>();
  await orLog(tellIncidents(world, desk), log);
  await orLog(tellApprovals(world, desk, said), log);
  await orLog(tellElsewhere(world, desk, said), log);
  const left = await sendNow(world, desk, log, FLUSH_WITHIN_MS);
  if (left === null) await streams.say('Another steward sends what waits: nothing to do.\n');
  else if (left === 0) await streams.say('Nothing waits.\n');
  return left === null || left === 0 ? 0 : ENDINGS['try-later'].exitCode;
}
