import { OpsError } from '../../lib/ops-error.ts';
import type { PermissionMode } from '../../protocol/effect.ts';
import type { Reason } from '../../protocol/outcome.ts';
import type { Attendance } from '../attendance.ts';
import type { Client } from '../client.ts';
import type { World } from '../world.ts';
import { createHub } from './hub.ts';
import { createQuestions } from './questions.ts';
import type { Session, SessionOptions } from './session.ts';
import { createStatus, type StatusKeeper } from './status.ts';
import { asPrompt, createTurns } from './turns.ts';

/**
 * One conversation with its log, for a screen. Answers at once: settings and state are opened behind it, and what goes
 * wrong there is told, not thrown.
 */
export function createClient(options: SessionOptions): Client {
  const hub = createHub();
  let opening: Promise<World> | null = null;
  let said = '';
  const session: Session = {
    options,
    hub,
    state: {
      run: null,
      runName: null,
      mode: options.mode,
      model: options.model,
      rules: new Set(),
      isWorking: false,
      isClosed: false,
    },
    world() {
      opening ??= options.openWorld().catch((error: unknown) => {
        opening = null;
        throw error;
      });
      return opening;
    },
    begun: () => beginning,
    changed: () => status.tell(),
    trouble: (error) => hub.tell({ kind: 'trouble', ...describeTrouble(error) }),
  };
  const { state } = session;
  const questions = createQuestions(hub);
  const status = createStatus(session);
  const attendance: Attendance = {
    asker: questions,
    settle: questions.settle,
    mode: () => state.mode,
    rules: state.rules,
    takeWords: () => turns.takeWords(),
    saidSoFar: () => said,
    lendTerminal: async () => false,
    onOutput: (call, text) => hub.tell({ kind: 'output', call, text }),
  };
  const turns = createTurns(session, {
    attendance,
    onEvent(event) {
      if (event.type === 'model.requested' || event.type === 'model.replied') said = '';
      status.note(event);
    },
  });
  hub.follow((happening) => {
    if (happening.kind === 'delta' && happening.delta.type === 'text') said += happening.delta.text;
  });
  const client: Client = {
    follow: hub.follow,
    say: (text) => turns.begin(asPrompt(text)),
    steer: (text) => turns.steer(text),
    unqueue: () => turns.unqueue(),
    interrupt: () => turns.interrupt('interrupted'),
    answer: (question, answer) => questions.answer(question, answer),
    explain: () => notYet('explain'),
    runOwn() {
      throw missing('runOwn');
    },
    warnOfOwn: () => notYet('warnOfOwn'),
    setMode(mode) {
      state.mode = allowedMode(mode, options.mode);
      status.tell();
    },
    async setModel(name) {
      state.model = name;
      await status.readModel();
    },
    models: () => notYet('models'),
    rewindPoints: () => notYet('rewindPoints'),
    rewind: () => notYet('rewind'),
    compact: () => notYet('compact'),
    clear: () => session.trouble(missing('clear')),
    rename: () => notYet('rename'),
    runs: () => notYet('runs'),
    open: () => notYet('open'),
    older: () => notYet('older'),
    snapshot: () => notYet('snapshot'),
    mentions: () => notYet('mentions'),
    goals: () => notYet('goals'),
    runGoal: (goal, sets) => turns.begin({ prompt: null, goal, sets }),
    ownCommands: () => notYet('ownCommands'),
    page: () => notYet('page'),
    setPaused: () => notYet('setPaused'),
    exportRun: () => notYet('exportRun'),
    history: () => notYet('history'),
    remember() {},
    editText: () => notYet('editText'),
    async close() {
      state.isClosed = true;
      questions.leave();
      turns.interrupt('interrupted');
      await turns.idle();
    },
  };
  options.signal.addEventListener('abort', () => turns.interrupt(options.signal.reason as Reason));
  status.tell();
  // In the background: the first frame of a screen does not wait for a file.
  const beginning = begin(session, status, client).catch(session.trouble);
  return client;
}

/** Settings, the model, and the run to go on with. */
async function begin({ world, options }: Session, status: StatusKeeper, client: Client): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await status.ready(await world());
  if (options.resume !== null) await client.open(options.resume);
}

/** Only whoever starts steward gives away its questions, not a key in the middle of the night. */
function allowedMode(wanted: PermissionMode, launched: PermissionMode): PermissionMode {
  return wanted === 'bypassPermissions' && launched !== 'bypassPermissions' ? 'default' : wanted;
}

function describeTrouble(error: unknown): { text: string; hint: string | null } {
  if (error instanceof OpsError) return { text: error.message, hint: error.hint };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `a bug: ${text}`, hint: null };
}

function missing(name: string): OpsError {
  return new OpsError('not-yet', 'usage', `${name} is not there yet`);
}

async function notYet(name: string): Promise<never> {
  throw missing(name);
}
