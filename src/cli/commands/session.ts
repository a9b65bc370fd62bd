import { hostname, userInfo } from 'node:os';
import type { Client } from '../../app/client.ts';
import { createClient } from '../../app/session/create-client.ts';
import type { World } from '../../app/world.ts';
import { type NotificationChannel, notificationChannel } from '../../lib/notification-channel.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { hasUnicode } from '../../lib/unicode-locale.ts';
import { version } from '../../lib/version.ts';
import { ENDINGS, type Reason } from '../../protocol/outcome.ts';
import type { CommandCall } from '../command-call.ts';
import { worldOf } from '../open-world.ts';
import { readMode } from '../read-request.ts';
import { abortOnSignals } from '../signals.ts';

/** Settings are read while the screen is loaded; one that hangs on a dead network mount opens without them. */
const SETTINGS_WAIT_MS = 300;

/** `steward` in a terminal: a conversation, until the operator leaves it or the terminal goes. */
export async function run(call: CommandCall): Promise<number> {
  const { args, streams, env, cwd } = call;
  const mode = readMode(args.value('permission-mode') ?? 'default');
  const theme = readTheme(args.value('theme'));
  const resume = args.value('resume');
  if (resume !== undefined && args.has('continue')) {
    throw new OpsError('usage', 'usage', '--continue and --resume exclude each other', {
      hint: '-c goes on with the last run of this folder, -r with the run named',
    });
  }
  const isPlain = args.has('screen-reader') || env.TERM === 'dumb';
  // In line mode Ctrl+C is a signal, and Ctrl+D closes the input.
  const signals = abortOnSignals(isPlain ? ['SIGINT'] : []);
  const gone = new AbortController();
  // Without its terminal nobody reads and nobody answers.
  for (const name of isPlain ? (['error'] as const) : (['close', 'error'] as const)) {
    process.stdin.once(name, () => gone.abort('terminated' satisfies Reason));
  }
  const signal = AbortSignal.any([signals.signal, gone.signal]);
  // From here on no key is echoed into the screen that is to come.
  if (!isPlain) process.stdin.setRawMode(true);
  const screen = call.loadScreen();
  const opened: { world: World | null } = { world: null };
  const opening = worldOf(call).then((world) => {
    opened.world = world;
    return world;
  });
  // Whoever needs it hears of it from the client.
  opening.catch(() => {});
  let first: Promise<World> | null = opening;
  const shown = Promise.withResolvers<void>();
  if (isPlain) shown.resolve();
  const client = createClient({
    version: version(),
    env,
    cwd,
    host: hostname(),
    user: userInfo().username,
    openWorld() {
      const world = first ?? worldOf(call);
      first = null;
      return world;
    },
    resume: args.has('continue') ? 'last' : resume === '' ? null : (resume ?? null),
    model: args.value('model') ?? null,
    fallbackModels: args.list('fallback-model'),
    mode,
    allowed: args.list('allowedTools'),
    denied: args.list('disallowedTools'),
    appendSystemPrompt: args.value('append-system-prompt') ?? null,
    signal,
    shown: shown.promise,
  });
  const runOf = followRun(client);
  const { startPlain, startScreen } = await screen;
  await Promise.race([
    opening.catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, SETTINGS_WAIT_MS).unref()),
  ]);
  const options = {
    client,
    stdin: process.stdin,
    stdout: process.stdout,
    firstPrompt: args.positionals.join(' ').trim() || null,
    opensRuns: resume === '',
    signal,
  };
  try {
    if (isPlain) await startPlain(options);
    else
      await startScreen({
        ...options,
        look: {
          theme: theme ?? opened.world?.settings.screen.theme ?? 'terminal',
          hasColor: (env.NO_COLOR ?? '') === '',
          isUnicode: hasUnicode(env),
          isAnimated: opened.world?.settings.screen.animation !== 'off',
        },
        notify: notifyWith(opened.world?.settings.screen.notify ?? 'auto', env),
        now: () => Date.now(),
        onShown: () => shown.resolve(),
      });
  } finally {
    shown.resolve();
    await client.close();
    signals.stop();
    process.stdin.pause();
  }
  const run = runOf();
  if (run !== null) await streams.say(`\nGo on with it: steward -r ${run.slice(0, 8)}\n`);
  return signal.aborted ? ENDINGS[signal.reason as Reason].exitCode : 0;
}

/** The run that was worked on last; null when nothing was said. */
function followRun(client: Client): () => string | null {
  let run: string | null = null;
  client.follow((happening) => {
    if (happening.kind === 'status') run = happening.status.run;
  });
  return () => run;
}

function notifyWith(wanted: 'auto' | 'bell' | 'off', env: NodeJS.ProcessEnv): NotificationChannel | null {
  if (wanted === 'off') return null;
  return wanted === 'bell' ? { osc: null, isInTmux: false } : notificationChannel(env);
}

const THEMES = ['terminal', 'light', 'dark', 'ansi'] as const;

function readTheme(given: string | undefined): (typeof THEMES)[number] | null {
  if (given === undefined) return null;
  const theme = THEMES.find((candidate) => candidate === given);
  if (theme !== undefined) return theme;
  throw new OpsError('usage', 'usage', `--theme: "${given}" is not known`, {
    hint: `one of ${THEMES.join(', ')}`,
  });
}
