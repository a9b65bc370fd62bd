import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createClock, openDiskStore, readTimeZone } from '../../../src/host/index.ts';
import { checkStateFile } from '../../../src/protocol/schemas/state-file.ts';
import type { StateFile } from '../../../src/protocol/state-file.ts';
import { mergeScan, readState, swapState } from '../../../src/state/index.ts';
import { toItem } from '../../../src/state/to-item.ts';

/** One of the processes of the campaign: scans, reads and counts itself up, until it is killed or told to end. */
const [folder = '', index = '0'] = process.argv.slice(2);
const store = openDiskStore(folder);
const ports = { store, clock: createClock(), zone: readTimeZone({ TZ: 'UTC' }) };
const told = openSync(join(folder, `told-${index}`), 'a');
const tell = (line: string): void => void writeSync(told, `${line}\n`);
const mine = `w${index}`;

function countUp(current: StateFile | null): StateFile {
  const before =
    current ??
    mergeScan(
      null,
      { at: Date.now(), durationMs: 0, by: mine, declared: {}, known: [], sources: [] },
      Date.now(),
    );
  const count = countIn(before) + 1;
  const provider = toItem({ id: mine, name: mine, facts: { count } }, 'campaign', null);
  return { ...before, providers: [...before.providers.filter(({ id }) => id !== mine), provider] };
}

function countIn(state: StateFile | null): number {
  return Number(state?.providers.find(({ id }) => id === mine)?.facts.count ?? 0);
}

/** A scan of a source of its own that keeps what others have put in. */
function scan(current: StateFile | null): StateFile {
  const at = Date.now();
  const services = Array.from({ length: 40 }, (_, number) => ({
    id: `${mine}-${number}`,
    name: `${mine}-${number}`,
    status: at % 2 === 0 ? 'running' : 'failed',
  }));
  const known = [...new Set([...(current?.sources ?? []).map(({ name }) => name), mine, 'campaign'])];
  const merged = mergeScan(
    current,
    {
      at,
      durationMs: 1,
      by: mine,
      declared: {},
      known,
      sources: [
        { name: mine, kind: 'test', target: mine, at, durationMs: 1, answer: { found: { services } } },
      ],
    },
    at,
  );
  return { ...merged, providers: current?.providers ?? [] };
}

process.on('SIGTERM', () => {
  closeSync(told);
  process.exit(0);
});

tell('b');
for (let step = 0; ; step += 1) {
  if (step % 3 === 0) {
    await swapState(ports, scan);
  } else if (step % 3 === 1) {
    const { state } = await swapState(ports, countUp);
    tell(`a ${countIn(state)}`);
  } else {
    const { condition, state, problem } = await readState(store, ports.clock);
    const checked = state === null ? null : checkStateFile(state);
    const isWhole =
      (condition === 'sound' || condition === 'healed') && checked !== null && 'state' in checked;
    tell(isWhole || condition === 'missing' ? 'r' : `t ${condition}: ${problem}`);
  }
}
