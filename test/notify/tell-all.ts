import { createClock, createWebSender, openDiskStore } from '../../src/host/index.ts';
import { createChannel, createOutbox, createSender, routeNotice } from '../../src/notify/index.ts';
import { aNotice } from './scenes.ts';

// Puts so many messages, each by a key of its own, says each that is on disk, and sends them meanwhile.
const [folder = '', url = '', most = '0'] = process.argv.slice(2);
const clock = createClock();
const outbox = createOutbox(openDiskStore(folder));
const settings = { topic: null, chat: null, server: null, from: null, to: null, user: null, fallback: null };
const channel = createChannel(
  'hook',
  { ...settings, kind: 'webhook', url },
  { secret: null, ca: null, web: createWebSender(), host: 'nuc1' },
);
const sender = createSender({
  ...{ outbox, clock, channels: [channel], fallbacks: {}, random: Math.random },
  log: (line) => process.stderr.write(`${line}\n`),
});
const rules = {
  channels: ['hook'],
  updating: [],
  routes: { critical: null, warning: null, info: null },
  ...{ escalateTo: [], digestTo: [], quiet: [] },
};
const lock = await outbox.lockSender();
if (lock === undefined) throw new Error('the lock of one that was killed is still held');
for (let number = 0; number < Number(most); number += 1) {
  const notice = aNotice({ key: `n${number}`, thread: `t${number}` });
  const now = clock.now();
  await outbox.put(
    notice,
    (told) => routeNotice(notice, told, rules, { now, zone: { aheadMinutes: () => 0 } }),
    { now },
  );
  process.stdout.write(`${number}\n`);
  await sender.begin();
}
process.stdout.write(`left ${await sender.drain(60_000)}\n`);
await sender.settled();
