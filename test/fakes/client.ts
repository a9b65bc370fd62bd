import type {
  ApprovalOption,
  Client,
  Happening,
  Mention,
  ModelOption,
  OwnSlashCommand,
  PageName,
  RewindPoint,
  RunOption,
  Status,
} from '../../src/app/client.ts';
import type { LogLine, RunEvent } from '../../src/protocol/event.ts';
import { NO_USAGE } from '../../src/protocol/model.ts';
import type { Answer } from '../../src/protocol/question.ts';

/** What a screen asked of the program, in order: the method's name and what it was given. */
export type Asked = [method: keyof Client, ...given: unknown[]];

export interface FakeClient extends Client {
  asked: Asked[];
  /** Tells whoever follows, and whoever follows later. */
  tell(...happenings: Happening[]): void;
  /** The same for lines of the log, numbered and dated one second apart. */
  tellEvents(...events: RunEvent[]): void;
  /** What was written to the operator's own command, newest last. */
  own: FakeOwn[];
}

export interface FakeOwn {
  line: string;
  written: string;
  output(text: string): void;
  end(exitCode: number): void;
  onKeys?: (keys: string) => void;
}

export interface FakeProgram {
  /** Milliseconds since the epoch; else events are a second apart. */
  now?: () => number;
  /** What happens when something is said; nothing unless given. */
  onSay?: (text: string, client: FakeClient) => void;
  onAnswer?: (question: string, answer: Answer, client: FakeClient) => void;
  onInterrupt?: (client: FakeClient) => void;
  onOwn?: (line: string, own: FakeOwn) => void;
  approvals?: ApprovalOption[];
  models?: ModelOption[];
  runs?: RunOption[];
  points?: RewindPoint[];
  mentions?: Mention[];
  goals?: { name: string; description: string }[];
  ownCommands?: OwnSlashCommand[];
  pages?: Partial<Record<PageName, string>>;
  /** Lines of the run that is open from before, for `older`; what is told comes behind them. */
  lines?: LogLine[];
  history?: string[];
}

/** A program that does what its script says, and remembers what it was asked. */
export function createFakeClient(program: FakeProgram = {}): FakeClient {
  const followers = new Set<(happening: Happening) => void>();
  const told: Happening[] = [];
  const waiting: string[] = [];
  const history = [...(program.history ?? [])];
  const lines: LogLine[] = [...(program.lines ?? [])];
  let seq = lines.at(-1)?.seq ?? 0;
  const note = (...entry: Asked): void => {
    client.asked.push(entry);
  };

  const client: FakeClient = {
    asked: [],
    own: [],
    tell(...happenings) {
      for (const happening of happenings) {
        told.push(happening);
        for (const follower of followers) follower(happening);
      }
    },
    tellEvents(...events) {
      for (const event of events) {
        seq++;
        const at = program.now?.() ?? Date.UTC(2026, 10, 21, 3) + seq * 1000;
        const time = new Date(at).toISOString();
        lines.push({ seq, time, event, prev: '', hash: '' });
        client.tell({ kind: 'run', event, time, seq });
      }
    },
    follow(onHappening) {
      const follower = (happening: Happening): void => onHappening(happening);
      for (const happening of told) onHappening(happening);
      followers.add(follower);
      return () => followers.delete(follower);
    },
    say(text) {
      note('say', text);
      program.onSay?.(text, client);
    },
    steer: (text) => note('steer', text),
    unqueue() {
      note('unqueue');
      return waiting.pop() ?? null;
    },
    interrupt() {
      note('interrupt');
      program.onInterrupt?.(client);
    },
    async answer(question, answer) {
      note('answer', question, answer);
      const isKnown = told.some((one) => one.kind === 'question' && one.question.id === question);
      const isAnswered = told.some((one) => one.kind === 'answered' && one.question === question);
      if (!isKnown || isAnswered) return { kind: 'too-late', rule: null };
      client.tell({ kind: 'answered', question, answer, rule: null });
      program.onAnswer?.(question, answer, client);
      return { kind: 'accepted', rule: null };
    },
    async explain(line) {
      note('explain', line);
      return `line     ${line}\nverdict  ask`;
    },
    runOwn(line, options) {
      note('runOwn', line, options);
      const id = `O${client.own.length + 1}`;
      const listeners: ((text: string) => void)[] = [];
      const ended = Promise.withResolvers<{ exitCode: number | null; signal: null; durationMs: number }>();
      const own: FakeOwn = {
        line,
        written: '',
        output: (text) => {
          for (const listener of listeners) listener(text);
        },
        end(exitCode) {
          client.tellEvents({
            type: 'operator.ended',
            id,
            exitCode,
            signal: null,
            durationMs: 40,
            outputBytes: 0,
            output: null,
          });
          ended.resolve({ exitCode, signal: null, durationMs: 40 });
        },
      };
      client.own.push(own);
      client.tellEvents({
        type: 'operator.began',
        id,
        command: line,
        cwd: '/srv/infra',
        isTold: options.isTold,
      });
      queueMicrotask(() => program.onOwn?.(line, own));
      return {
        onOutput: (listener) => listeners.push(listener),
        write: (keys) => {
          own.written += keys;
          own.onKeys?.(keys);
        },
        resize: () => {},
        stop: () => own.end(143),
        ended: ended.promise,
      };
    },
    async warnOfOwn(line) {
      note('warnOfOwn', line);
      return null;
    },
    setMode: (mode) => note('setMode', mode),
    setModel: async (name) => note('setModel', name),
    models: async () => program.models ?? [],
    rewindPoints: async () => program.points ?? [],
    async rewind(point, options) {
      note('rewind', point, options);
      const prompt = program.points?.find(({ id }) => id === point)?.prompt ?? '';
      const rewound = { point, prompt, restored: [], refused: [] };
      client.tellEvents({ type: 'run.rewound', point: 0, prompt, restored: [], refused: [] });
      client.tell({ kind: 'rewound', rewound });
      return rewound;
    },
    compact: async (focus) => note('compact', focus),
    clear() {
      note('clear');
      client.tell({ kind: 'opened', run: null, name: null, older: 0 });
    },
    rename: async (name) => note('rename', name),
    runs: async ({ text, limit }) =>
      (program.runs ?? []).filter(({ title }) => title.includes(text)).slice(0, limit),
    async open(run) {
      note('open', run);
      client.tell({ kind: 'opened', run, name: null, older: 0 });
    },
    async older(before, limit) {
      note('older', before, limit);
      return lines.filter((line) => line.seq < before).slice(-limit);
    },
    snapshot: async () => note('snapshot'),
    mentions: async (query, limit) =>
      (program.mentions ?? []).filter(({ text }) => text.includes(query)).slice(0, limit),
    goals: async () => program.goals ?? [],
    runGoal: (name, sets) => note('runGoal', name, sets),
    ownCommands: async () => program.ownCommands ?? [],
    page: async (name) => program.pages?.[name] ?? `# ${name}\n`,
    approvals: async () => program.approvals ?? [],
    async answerApproval(id, answer) {
      note('answerApproval', id, answer);
      return `${id}: ${answer.kind === 'approve' ? 'fixed (0), run 1234abcd.' : 'denied.'}`;
    },
    setPaused: async (pause) => note('setPaused', pause),
    async exportRun(format, file) {
      note('exportRun', format, file);
      return file ?? `run.${format}`;
    },
    history: async () => history,
    remember(prompt) {
      note('remember', prompt);
      history.push(prompt);
    },
    async editText(text) {
      note('editText', text);
      return text;
    },
    close: async () => note('close'),
  };
  return client;
}

export function statusOf(changes: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    host: 'nuc1',
    user: 'ops',
    cwd: '/srv/infra',
    model: { name: 'claude-sonnet-5', place: 'cloud' },
    modelMissing: null,
    mode: 'default',
    autonomy: 'propose',
    isolation: 'bwrap',
    target: null,
    context: { usedTokens: 12_400, windowTokens: 200_000 },
    usage: NO_USAGE,
    costUsd: { run: 0.02, today: 0.41 },
    pendingApprovals: 0,
    paused: null,
    isWorking: false,
    run: null,
    runName: null,
    ...changes,
  };
}
