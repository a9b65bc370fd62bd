import { readCalendar } from '../app/install/calendar.ts';
import type { Ports } from '../app/install/carry-out.ts';
import type { SetupAnswers } from '../app/install/plan-setup.ts';
import { OpsError } from '../lib/ops-error.ts';
import { type Asking, askInTerminal } from './ask-operator.ts';
import type { CommandCall } from './command-call.ts';
import { splitList } from './parse-arguments.ts';

const CHECK = 'health-check';

/** From the flags, and in a terminal from questions where there is no flag. OpsError `usage` for what makes no sense. */
export async function readAnswers(call: CommandCall, ports: Ports): Promise<SetupAnswers> {
  const { args, streams, env } = call;
  const isAsked =
    streams.stdin.kind === 'terminal' && streams.isOutTerminal && !args.has('yes') && !args.has('dry-run');
  const asking = isAsked ? askInTerminal() : null;
  try {
    const sudoer = env.SUDO_USER ?? '';
    const operator = await text(
      call,
      asking,
      'operator',
      'Who may see what steward does, and answer it?',
      sudoer || 'none',
    );
    const model = await text(
      call,
      asking,
      'model',
      'Model (none: rules only; claude-…; ollama/NAME)',
      'none',
    );
    const isGiven = asking !== null || args.value('model') !== undefined;
    const key = await readKey(call, asking, model, ports);
    const ntfy = await text(call, asking, 'ntfy', 'Tell a phone through ntfy, https://SERVER/TOPIC', 'none');
    const month = await text(call, asking, 'usd-per-month', 'Dollars a month for models, at most', 'none');
    const when = await text(call, asking, 'check', 'When is the machine looked at?', 'hourly');
    // Before the next question: whoever mistyped it still has it before them.
    const everyMs = when === 'never' ? null : await readCalendar(when, ports.run);
    const failing = await text(
      call,
      asking,
      'on-failure',
      'Whose failure starts a look (all, none, or units)?',
      'all',
    );
    return {
      model: isGiven ? model : null,
      key,
      ntfy: await readNtfy(call, ntfy, ports),
      usdPerDay: dollarsOf(args.value('usd-per-day') ?? 'none', 'usd-per-day'),
      usdPerMonth: dollarsOf(month, 'usd-per-month'),
      schedules: everyMs === null ? [] : [{ goal: CHECK, onCalendar: when, randomDelay: null, everyMs }],
      onFailure: failing === 'none' ? [] : splitList(failing),
      listen: args.value('listen') ?? null,
      operators: operator === 'none' ? [] : splitList(operator),
      hasExecutor: args.has('executor'),
    };
  } finally {
    asking?.close();
  }
}

async function text(
  { args }: CommandCall,
  asking: Asking | null,
  flag: string,
  question: string,
  initial: string,
): Promise<string> {
  return args.value(flag) ?? (asking === null ? initial : await asking.ask(question, initial));
}

/** From a file: a key on a command line is a key in the list of processes. */
async function readKey(
  { args }: CommandCall,
  asking: Asking | null,
  model: string,
  ports: Ports,
): Promise<string | null> {
  const file = args.value('key-file');
  if (file !== undefined) return readSecret(file, ports);
  if (asking === null || model === 'none' || model.startsWith('ollama/')) return null;
  return (await asking.askSecret(`Key for ${model}; empty: as it is`)) || null;
}

async function readSecret(file: string, ports: Ports): Promise<string> {
  const secret = (await ports.files.read(file.startsWith('/') ? file : `${process.cwd()}/${file}`))?.trim();
  if (secret !== undefined && /^[\x21-\x7e]{4,4096}$/.test(secret)) return secret;
  throw new OpsError(
    'no-secret',
    'input',
    `${file} ${secret === undefined ? 'is not there' : 'holds no key'}`,
    {
      hint: 'the key alone, on one line',
    },
  );
}

async function readNtfy({ args }: CommandCall, address: string, ports: Ports): Promise<SetupAnswers['ntfy']> {
  if (address === 'none') return null;
  const [, url, topic] = /^(https?:\/\/[^\s/]+)\/([\w-]{1,64})$/.exec(address) ?? [];
  if (url === undefined || topic === undefined) {
    throw new OpsError('bad-ntfy', 'usage', `"${address}" is no address of a topic`, {
      hint: 'https://ntfy.sh/a-topic-nobody-guesses',
    });
  }
  const file = args.value('ntfy-token-file');
  return { url, topic, token: file === undefined ? null : await readSecret(file, ports) };
}

function dollarsOf(given: string, flag: string): number | null {
  if (given === 'none') return null;
  const amount = Number(given);
  if (Number.isFinite(amount) && amount >= 0) return amount;
  throw new OpsError('bad-amount', 'usage', `--${flag}: "${given}" is no amount of dollars`, {
    hint: '5, or 0.50',
  });
}
