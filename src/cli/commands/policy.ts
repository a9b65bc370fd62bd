import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createPolicing } from '../../app/policing.ts';
import { checkPolicyLine } from '../../app/policy-check.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

/** `steward policy check "LINE"`, or `--jsonl` with {"id","cmd"} lines on stdin. Exit 0 whatever the verdict. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams } = call;
  const [verb, ...words] = args.positionals;
  if (verb !== 'check') throw new OpsError('usage', 'usage', 'steward policy check "LINE" | --jsonl');
  const world = await worldOf(call);
  const policing = await createPolicing(world, {
    mode: 'default',
    allowed: args.list('allowedTools'),
    denied: args.list('disallowedTools'),
  });
  const check = (line: string) => checkPolicyLine(policing, line, world.cwd);
  if (!args.has('jsonl')) {
    if (words.length === 0) throw new OpsError('usage', 'usage', 'which line? quote it as one word');
    const { verdict, effect, rule, reason } = check(words.join(' '));
    const text = `${verdict} (${effect}, ${rule}): ${reason}\n`;
    if (args.has('json')) await streams.out(`${JSON.stringify({ verdict, effect, rule, reason })}\n`);
    else await streams.say(text);
    return 0;
  }
  // Bytes that are no lines of JSON are the caller's mistake and end the check; a line that is, never does.
  const lines = createInterface({
    input: Readable.from(streams.stdin.chunks()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const { id, cmd } = readCase(text, number);
    await streams.out(`${JSON.stringify({ id, ...check(cmd) })}\n`);
  }
  return 0;
}

function readCase(text: string, number: number): { id: unknown; cmd: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OpsError('bad-jsonl', 'input', `stdin line ${number}: not JSON`, { cause: error });
  }
  const { id, cmd } = (value ?? {}) as { id?: unknown; cmd?: unknown };
  if (typeof cmd === 'string') return { id: id ?? null, cmd };
  throw new OpsError('bad-jsonl', 'input', `stdin line ${number}: "cmd" must be a string`);
}
