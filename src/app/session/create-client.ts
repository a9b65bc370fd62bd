import { createMasker } from '../../lib/mask.ts';
import { OpsError } from '../../lib/ops-error.ts';
import type { PermissionMode } from '../../protocol/effect.ts';
import type { RunEvent } from '../../protocol/event.ts';
import type { Reason } from '../../protocol/outcome.ts';
import { createSeenFiles } from '../../tools/index.ts';
import type { Client, Status } from '../client.ts';
import { secretsOfEnvironment } from '../masking/known-secrets.ts';
import type { Attendance } from '../run/attendance.ts';
import { pauseAll, resumeAll } from '../switches.ts';
import type { World } from '../world.ts';
import { createApprovalDesk } from './approval-desk.ts';
import { compact } from './compact.ts';
import { editPrompt } from './edit.ts';
import { exportRun } from './export-run.ts';
import { createHistory } from './history.ts';
import { createHub } from './hub.ts';
import { explainOwn, warnOfOwn } from './judge-own.ts';
import { createMentions } from './mentions.ts';
import { listModels } from './models.ts';
import { listOwnCommands } from './own-commands.ts';
import { createOwnLog } from './own-log.ts';
import { listGoalNames } from './pages/known.ts';
import { type PageSources, showPage } from './pages/show-page.ts';
import { createPast } from './past.ts';
import { createQuestions } from './questions.ts';
import { renameRun } from './rename.ts';
import { listRewindPoints, rewind } from './rewind.ts';
import { createOwnCommands } from './run-own.ts';
import type { Session, SessionOptions } from './session.ts';
import { createQuickLook } from './snapshot.ts';
import { createStatus, type StatusKeeper } from './status.ts';
import { asPrompt, createTurns } from './turns.ts';

/**
 * One conversation with its log, for a screen. Answers at once: settings and state are opened behind it, and what goes
 * wrong there is told, not thrown.
 */
export function createClient(options: SessionOptions): Client {
  const hub = createHub();
  let opening: Promise<World> | null = null;
  // Until settings say more, with what the environment gives away.
  let { mask } = createMasker(secretsOfEnvironment(options.env));
  let said = '';
  let told: Status | null = null;
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
      opening ??= options.openWorld().then(
        (world) => {
          mask = world.masker.mask;
          return world;
        },
        (error: unknown) => {
          opening = null;
          throw error;
        },
      );
      return opening;
    },
    begun: () => beginning,
    changed: () => status.tell(),
    trouble(error) {
      const { text, hint } = describeTrouble(error);
      hub.tell({ kind: 'trouble', text: mask(text), hint: hint === null ? null : mask(hint) });
    },
  };
  const { state } = session;
  const questions = createQuestions(hub);
  const status = createStatus(session);
  const attendance: Attendance = {
    asker: questions,
    settle: questions.settle,
    seenFiles: createSeenFiles(),
    setLog: (sink) => own.setLive(sink),
    mode: () => state.mode,
    setMode(mode) {
      state.mode = mode;
      status.tell();
    },
    rules: state.rules,
    takeWords: () => turns.takeWords(),
    saidSoFar: () => said,
    lendTerminal: (command, run, until) => lend(session, command, run, until),
    onOutput: (call, text) => hub.tell({ kind: 'output', call, text }),
  };
  const anew = (): void => {
    attendance.seenFiles = createSeenFiles();
    beginAnew(session, status);
  };
  const own = createOwnLog(session);
  const byHand = createOwnCommands(session, own);
  const quick = createQuickLook(session);
  const mentions = createMentions(session, quick.items);
  const history = createHistory(session);
  const past = createPast(session, { restart: status.restart });
  const desk = createApprovalDesk(session, status.readShared);
  const sources: PageSources = {
    approvals: desk.page,
    panel: quick.panel,
    runs: past.runs,
    status: () => told,
    signal: options.signal,
  };
  const turns = createTurns(session, {
    attendance,
    beginAnew: anew,
    onEvent(event) {
      if (endsReply(event)) said = '';
      status.note(event);
      quick.note(event);
    },
  });
  hub.follow((happening) => {
    if (happening.kind === 'delta' && happening.delta.type === 'text') said += happening.delta.text;
  });
  hub.follow((happening) => {
    if (happening.kind === 'status') told = happening.status;
  });
  const client: Client = {
    follow: hub.follow,
    say: (text) => turns.begin(asPrompt(text)),
    steer: (text) => turns.steer(text),
    unqueue: () => turns.unqueue(),
    interrupt: () => turns.interrupt('interrupted'),
    answer: (question, answer) => questions.answer(question, answer),
    explain: (line) => explainOwn(session, line),
    runOwn(line, how) {
      const command = byHand.run(line, how);
      command.ended.then(quick.refreshAfter, () => {});
      return command;
    },
    warnOfOwn: (line) => warnOfOwn(session, line),
    setMode(mode) {
      state.mode = allowedMode(mode, options.mode);
      status.tell();
    },
    async setModel(name) {
      state.model = name;
      await status.readModel();
    },
    models: () => listModels(session),
    rewindPoints: () => listRewindPoints(session),
    rewind: (point, how) => turns.alone(() => rewind(session, own, point, how)),
    compact: (focus) => turns.alone((signal) => compact(session, own, focus, signal)),
    clear() {
      // What waits was meant for the conversation that ends.
      while (turns.unqueue() !== null);
      turns.interrupt('interrupted');
      void turns.idle().then(anew);
    },
    rename: (name) => renameRun(session, own, name),
    runs: past.runs,
    open: past.open,
    older: past.older,
    snapshot: quick.refresh,
    mentions: mentions.find,
    goals: () => listGoalNames(session),
    runGoal: (goal, sets) => turns.begin({ prompt: null, goal, sets }),
    ownCommands: () => listOwnCommands(session),
    page: (name, argument) => showPage(session, sources, name, argument),
    approvals: async () =>
      (await desk.waiting()).map(({ id, title, target, effect, expiresAt }) => ({
        id,
        title,
        target,
        effect,
        expiresAt,
      })),
    answerApproval: desk.answer,
    setPaused: async (pause) => {
      const world = await session.world();
      await (pause === null ? resumeAll(world) : pauseAll(world, pause.forMs));
      await status.readShared();
    },
    exportRun: (format, file) => exportRun(session, format, file),
    history: history.read,
    remember: history.remember,
    editText: (text) => editPrompt(session, text),
    async close() {
      leave('interrupted');
      await Promise.all([turns.idle(), byHand.stopAll(), desk.stop('interrupted')]);
      quick.stop();
      mentions.stop();
      await history.settled();
    },
  };
  const leave = (reason: Reason): void => {
    state.isClosed = true;
    questions.leave();
    turns.interrupt(reason);
  };
  options.signal.addEventListener('abort', () => leave(options.signal.reason as Reason), { once: true });
  status.tell();
  // In the background: the first frame of a screen does not wait for a file.
  const beginning = begin(session, status, client).catch(session.trouble);
  return client;
}

/** Another run, with an empty conversation. */
function beginAnew({ state, hub }: Session, status: StatusKeeper): void {
  state.run = null;
  state.runName = null;
  state.rules.clear();
  hub.tell({ kind: 'opened', run: null, name: null, older: 0 });
  status.restart([]);
}

/** The screen gives the terminal up, and takes it back when the command has ended. */
function lend(
  { hub }: Session,
  command: string,
  run: () => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let isTaken = false;
    const give = (): void => {
      if (!isTaken) resolve(false);
      isTaken = true;
    };
    if (signal.aborted) return give();
    signal.addEventListener('abort', give, { once: true });
    hub.tell({
      kind: 'terminal-wanted',
      command,
      async use() {
        if (isTaken) return;
        isTaken = true;
        await run().then(() => resolve(true), reject);
      },
    });
  });
}

/** From here on what was shown is in the log, or void. */
function endsReply(event: RunEvent): boolean {
  if (event.type === 'model.failed') return event.class !== 'aborted';
  return event.type === 'model.requested' || event.type === 'model.replied';
}

/** Settings, the model, and the run to go on with. */
async function begin(
  { world, options, state }: Session,
  status: StatusKeeper,
  client: Client,
): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await options.shown;
  if (state.isClosed) return;
  await status.ready(await world());
  void client.snapshot();
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
