/** Writes docs/reference from the tables in the code. `--check` only says whether they are up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMANDS } from '../src/cli/command-table.ts';
import { spelling } from '../src/cli/help.ts';
import { settingsJsonSchema, settingsReference } from '../src/config/index.ts';
import { ENDINGS, isError, type Reason } from '../src/protocol/outcome.ts';
import { stateJsonSchema } from '../src/protocol/schemas/state-file.ts';
import { commandsReference } from '../src/tui/commands/table.ts';
import { keysReference } from '../src/tui/editor/keys-reference.ts';
import { probesPage } from './probes-page.ts';

export function referencePages(): Record<string, string> {
  return {
    'exit-codes.md': exitCodes(),
    'commands.md': commands(),
    'slash-commands.md': commandsReference(),
    'keys.md': keysReference(),
    'settings.md': settingsReference(),
    'state.schema.json': `${JSON.stringify(stateJsonSchema(), null, 2)}\n`,
    'settings.schema.json': `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`,
  };
}

function exitCodes(): string {
  const rows = Object.entries(ENDINGS).map(
    ([reason, row]) =>
      `| ${row.exitCode} | \`${row.outcome}\` | \`${reason}\` | \`${row.subtype}\` | ${isError(reason as Reason)} | ${row.meaning} |`,
  );
  return `# Exit codes

Made by \`npm run docs\` from \`src/protocol/outcome.ts\`. A run ends with exactly one reason; everything else in a row
follows from it, so exit status, \`subtype\`, \`is_error\` and \`outcome\` cannot disagree.

| exit | outcome | reason | subtype | is_error | meaning |
| ---: | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function commands(): string {
  const parts = COMMANDS.map(({ name, usage, doc, options }) => {
    const rows = options.map(
      (row) => `| \`${spelling(row).replaceAll('|', '\\|')}\` | ${row.doc.replaceAll('|', '\\|')} |`,
    );
    return `## ${name}\n\n\`${usage}\`\n\n${doc}.\n\n| option | |\n| --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Commands\n\nMade by \`npm run docs\` from \`src/cli/command-table.ts\`.\n\n${parts.join('\n')}`;
}

if (import.meta.main) {
  const folder = join(import.meta.dirname, '../docs/reference');
  const isCheck = process.argv.includes('--check');
  const pages = { ...referencePages(), 'probes.md': await probesPage(join(import.meta.dirname, '..')) };
  for (const [name, text] of Object.entries(pages)) {
    const path = join(folder, name);
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before === text) continue;
    if (isCheck) {
      process.stderr.write(`docs/reference/${name} is out of date: run npm run docs\n`);
      process.exitCode = 1;
    } else {
      await writeFile(path, text);
    }
  }
}
