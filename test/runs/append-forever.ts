import { createClock, openDiskStore } from '../../src/host/index.ts';
import { createRunLog } from '../../src/runs/index.ts';
import { openedEvent } from './scripted-run.ts';

/** Started by a test, which kills it. A number on stdout: all lines up to it are on disk. */
const [folder = '', run = ''] = process.argv.slice(2);
const log = await createRunLog({
  store: openDiskStore(folder),
  run,
  clock: createClock(),
  mask: (text) => text,
});
log.record(openedEvent(run));
for (;;) {
  const burst = 1 + (log.lineCount() % 3);
  for (let line = 0; line < burst; line++) {
    log.record({ type: 'notice.given', level: 'info', text: 'x'.repeat((log.lineCount() * 97) % 3000) });
  }
  const count = log.lineCount();
  await log.sync();
  process.stdout.write(`${count}\n`);
}
