/** Writes src/lib/mask/joined.ts anew: to be run after the hint of a rule in src/lib/mask has changed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { joinRules } from '../src/lib/mask/trigger.ts';

const { line, shape } = joinRules();
const quote = (source: string): string => `'${source.replaceAll(/[\\']/g, '\\$&')}'`;

await writeFile(
  join(import.meta.dirname, '../src/lib/mask/joined.ts'),
  `/** What must stand in a line before its rules are tried. Written by scripts/join-triggers.ts from the rules. */

export const LINE_TRIGGER =
  ${quote(line)};

export const SHAPE_TRIGGER =
  ${quote(shape)};
`,
);
