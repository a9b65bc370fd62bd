import type { IncidentInput } from '../../protocol/incident.ts';
import type { StateStore } from '../../protocol/store.ts';
import { BodyRefused, readRoute, type Spool } from '../../triggers/index.ts';
import { readBody } from './read-body.ts';

/** What `triggers/on-alert` keeps: bodies as they came, each in a file called `TIME-PID.INTAKE.SOURCE.body`. */
const FOLDER = 'spool-raw';
const NAME = /^\d+-\d+\.(alertmanager|grafana|unit|consul)\.([A-Za-z0-9][\w.-]{0,99})\.body$/;
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** From there into the spool. Killed in between, a body is taken twice, which joining does not mind. */
export async function takeDropped({
  store,
  spool,
  now,
  log,
}: {
  store: StateStore;
  spool: Spool;
  now: number;
  log(line: string): void;
}): Promise<void> {
  const entries = (await store.list(FOLDER)).map(({ name }) => name).sort();
  for (const name of entries.filter((each) => NAME.test(each))) {
    const path = `${FOLDER}/${name}`;
    try {
      const input = await readDropped(store, path, name, now);
      if (input !== null) await spool.put(JSON.stringify(input));
    } catch (error) {
      if (!(error instanceof BodyRefused)) throw error;
      log(`${name} cannot be read, and is kept in spool-unread/${name}: ${error.message}`);
      await store.write(`spool-unread/${name}`, (await store.readText(path)) ?? '');
    }
    await store.remove(path);
  }
}

async function readDropped(
  store: StateStore,
  path: string,
  name: string,
  now: number,
): Promise<IncidentInput | null> {
  const [, intake = '', source = ''] = NAME.exec(name) ?? [];
  const route = readRoute(`/${intake}/${source}`);
  const text = await store.readText(path);
  if (route === null || text === undefined) return null;
  if (text.length > BODY_LIMIT_BYTES) throw new BodyRefused('', 'longer than 4 MiB');
  return readBody(route, text, now);
}
