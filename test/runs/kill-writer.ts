import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createClock, openDiskStore } from '../../src/host/index.ts';
import { openRunLog, type VerifiedRun, verifyRun } from '../../src/runs/index.ts';

export interface Killed {
  signal: NodeJS.Signals | null;
  /** The last line number that the writer said was on disk. */
  acknowledged: number;
  /** Lines that are there after the repair, but for its own. */
  written: number[];
  cutBytes: number;
  verified: VerifiedRun;
}

/** Starts a writer, kills it once it has acknowledged so many bursts of lines, and opens what it left. */
export async function killWriter(folder: string, run: string, bursts: number): Promise<Killed> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'append-forever.ts'), folder, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.split('\n').length > bursts) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const store = openDiskStore(folder);
  const opened = await openRunLog({ store, run, clock: createClock(), mask: (text) => text });
  opened.log.close();
  return {
    signal: child.signalCode,
    // The last number may have been cut while it was written.
    acknowledged: Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1)),
    written: opened.lines.filter(({ event }) => event.type !== 'log.repaired').map(({ seq }) => seq),
    cutBytes: opened.repair?.cutBytes ?? 0,
    verified: await verifyRun(store, run),
  };
}
