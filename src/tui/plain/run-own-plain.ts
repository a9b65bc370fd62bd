import type { Client } from '../../app/client.ts';
import { printable } from '../../lib/printable.ts';

const COLUMNS = 80;
const ROWS = 24;

export interface OwnOptions {
  client: Client;
  stdin: NodeJS.ReadStream;
  /** `!line`, or `!!line` for one that the model is not told of. */
  text: string;
  say(text: string): void;
  write(words: string): void;
}

/** The operator's own command. Until it ends all keys are its own, and it alone shows them: a password stays unseen. */
export async function runOwnPlain({ client, stdin, text, say, write }: OwnOptions): Promise<void> {
  const isTold = !text.startsWith('!!');
  const line = text.slice(isTold ? 1 : 2).trim();
  if (line === '') return say('Say which command: !systemctl status nginx');
  const warning = await client.warnOfOwn(line);
  if (warning !== null) say(`Warning: ${warning}`);
  const command = client.runOwn(line, { isTold, columns: COLUMNS, rows: ROWS });
  let rest = '';
  command.onOutput((chunk) => {
    const cut = endOfWhole(rest + chunk);
    write(printable((rest + chunk).slice(0, cut)));
    rest = (rest + chunk).slice(cut);
  });
  const onKeys = (keys: string): void => command.write(keys);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', onKeys);
  stdin.resume();
  try {
    const { exitCode, signal } = await command.ended;
    write(`${printable(rest)}\n`);
    if (exitCode !== 0)
      say(signal === null ? `It ended with exit status ${exitCode}.` : `It ended by ${signal}.`);
  } finally {
    stdin.off('data', onKeys);
    if (stdin.isTTY) stdin.setRawMode(false);
  }
}

/** Up to a terminal sequence that has not come whole, and a carriage return whose line feed may come. */
function endOfWhole(text: string): number {
  const match = /(?:\x1b(?:\[[0-9;?]*|\][^\x07\x1b]*)?|\r)$/.exec(text);
  return match === null ? text.length : match.index;
}
