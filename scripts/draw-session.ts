/** Draws docs/session-*.svg from the marks of docs/session.cast. `npm run record` makes that anew, and then these. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureOf } from '../test/terminal/picture-of.ts';
import { readCast } from '../test/terminal/recording.ts';

const docs = join(import.meta.dirname, '../docs');
const cast = readCast(await readFile(join(docs, 'session.cast'), 'utf8'));
for (const [, kind, mark] of cast.events) {
  if (kind === 'm') await writeFile(join(docs, `session-${mark}.svg`), await pictureOf(cast, mark));
}
