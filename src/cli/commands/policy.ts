import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { explanationText } from '../../app/policy/explanation-text.ts';
import { createPolicing, type PolicingOptions } from '../../app/policy/policing.ts';
import { checkPolicyLine } from '../../app/policy/policy-check.ts';
import { explainLine } from '../../app/policy/policy-explain.ts';
import { testPolicy } from '../../app/policy/policy-test.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';

import { policyTestText } from '../print/policy-test.ts';

/** `check` and `explain` exit 0 whatever the verdict; `check --jsonl` reads {"id","cmd"} lines on stdin. */
export async function run(call: CommandCall): Promise<number> {
  const { args } = call;
  const [verb, ...words] = args.positionals;
  const options: PolicingOptions = {
    mode: 'default',
    allowed: args.list('allowedTools'),
    denied: args.list('disallowedTools'),
    isAttended: args.has('interactive'),
  };
  switch (verb) {
    case 'check':
      return check(call, words, options);
    case 'explain':
      return explain(call, words, options);
    case 'test':
      return test(call, words, options);
    default:
      throw new OpsError(
        'usage',
        'usage',
        'steward policy check "LINE" | --jsonl, explain "LINE", test [FILE…]',
      );
  }
}

async function explain(call: CommandCall, words: string[], options: PolicingOptions): Promise<number> {
  const { args, streams } = call;
  const explanation = await explainLine(await worldOf(call), options, lineOf(words));
  if (args.has('json')) await streams.out(jsonLine(explanation));
  else await streams.say(explanationText(explanation));
  return 0;
}

/** Exit 1 when a case fails. */
async function test(call: CommandCall, files: string[], options: PolicingOptions): Promise<number> {
  const { args, streams } = call;
  const result = await testPolicy(await worldOf(call), options, files);
  if (args.has('json')) await streams.out(jsonLine(result));
  else await streams.say(policyTestText(result));
  return result.failures.length === 0 ? 0 : 1;
}

async function check(call: CommandCall, words: string[], options: PolicingOptions): Promise<number> {
  const { args, streams } = call;
  const world = await worldOf(call);
  const policing = await createPolicing(world, options);
  const judge = (line: string) => checkPolicyLine(policing, line, world.cwd);
  if (!args.has('jsonl')) {
    const { verdict, effect, rule, reason } = judge(lineOf(words));
    const text = `${verdict} (${effect}, ${rule}): ${reason}\n`;
    if (args.has('json')) await streams.out(jsonLine({ verdict, effect, rule, reason }));
    else await streams.say(text);
    return 0;
  }
  if (words.length > 0) {
    throw new OpsError('usage', 'usage', '--jsonl reads its lines from stdin, and takes no other words', {
      hint: 'steward policy check --jsonl < FILE',
    });
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
    await streams.out(jsonLine({ id, ...judge(cmd) }));
  }
  return 0;
}

function lineOf(words: readonly string[]): string {
  if (words.length === 0) throw new OpsError('usage', 'usage', 'which line? quote it as one word');
  return words.join(' ');
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
