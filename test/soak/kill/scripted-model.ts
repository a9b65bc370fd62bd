import type { ScriptedCall, Turn, WireRequest } from '../../wire/index.ts';

/**
 * A model that works through a plan and behaves as steward asks of models: what has no known outcome is looked at
 * before it is repeated. Stateless: everything is read from the conversation, so a resumed run goes on where it was.
 */
export interface Task {
  call: { name: string; input: Record<string, unknown> };
  /** For an effect: the call that shows whether it was done, and what its output then holds. */
  look?: { call: { name: string; input: Record<string, unknown> }; shows: string };
  /** What an effect leaves behind, once: a line in this file, or (null) the file itself. */
  trace?: { path: string; line: string | null };
  /** The gate refuses it, and the model goes on without. */
  isRefused?: true;
}

export interface PlannedTurn {
  tasks: Task[];
  /** Sent before the calls; a turn without tasks is an answer that is cut at the output limit. */
  text?: string;
  /** The first request for this turn is answered with 529. */
  failsOnce?: true;
}

type TaskState = 'pending' | 'look first' | 'read first' | 'done';

export interface Played {
  turn: Turn;
  failsOnce: boolean;
  /** What the model was told that no plan foresees. */
  surprises: string[];
}

const LAST_WORDS = 'All of the plan is done.';

export function play(plan: readonly PlannedTurn[], request: WireRequest): Played {
  const { states, texts, surprises } = readConversation(plan, request);
  const at = plan.findIndex((turn) =>
    turn.tasks.length === 0
      ? !texts.has(turn.text ?? '')
      : turn.tasks.some((task) => states.get(task) !== 'done'),
  );
  const next = plan[at];
  if (next === undefined) return { turn: { text: LAST_WORDS }, failsOnce: false, surprises };
  const failsOnce = next.failsOnce === true;
  if (next.tasks.length === 0) {
    return { turn: { ...textOf(next), stopReason: 'max_tokens' }, failsOnce, surprises };
  }
  const stateOf = (task: Task) => states.get(task) ?? 'pending';
  const doubtful = next.tasks.filter((task) => ['look first', 'read first'].includes(stateOf(task)));
  // What follows in the turn may rest on what is in doubt.
  const calls = (doubtful.length > 0 ? doubtful : next.tasks).flatMap((task) =>
    callsFor({ ...task, call: citing(task.call, request) }, stateOf(task)),
  );
  return { turn: { ...textOf(next), toolCalls: calls }, failsOnce, surprises };
}

function textOf({ text }: PlannedTurn): { text?: string } {
  return text === undefined ? {} : { text };
}

/** Plans cite `C0`, which stands for the last call that the conversation has a result of. */
function citing(call: Task['call'], request: WireRequest): Task['call'] {
  const seen = [...JSON.stringify(request.body).matchAll(/of=\\"(C\d+): /g)].at(-1)?.[1] ?? 'C0';
  return JSON.parse(JSON.stringify(call).replaceAll('"C0"', `"${seen}"`));
}

function callsFor(task: Task, state: TaskState): ScriptedCall[] {
  switch (state) {
    case 'done':
      return [];
    case 'pending':
      return [task.call];
    case 'look first':
      return task.look === undefined ? [task.call] : [task.look.call];
    case 'read first':
      return [{ name: 'Read', input: { file_path: task.call.input.file_path } }];
  }
}

function readConversation(plan: readonly PlannedTurn[], request: WireRequest) {
  const states = new Map<Task, TaskState>();
  const texts = new Set<string>();
  const surprises: string[] = [];
  const uses = new Map<string, { name: string; input: Record<string, unknown> }>();
  const tasks = plan.flatMap((turn) => turn.tasks);
  for (const block of blocksOf(request)) {
    if (block.type === 'text' && block.role === 'assistant') texts.add(String(block.text));
    if (block.type === 'tool_use') {
      uses.set(String(block.id), { name: String(block.name), input: { ...(block.input as object) } });
    }
    if (block.type !== 'tool_result') continue;
    const use = uses.get(String(block.tool_use_id));
    const text = textIn(block.content);
    if (use === undefined) surprises.push(`a result without a use: ${text}`);
    else take(use, text, block.is_error === true);
  }
  return { states, texts, surprises };

  function take(use: { name: string; input: Record<string, unknown> }, text: string, isError: boolean): void {
    const task = tasks.find(({ call }) => isSame(call, use));
    if (task !== undefined) states.set(task, stateAfter(task, text, isError, surprises));
    for (const { look, ...looked } of tasks) {
      if (look === undefined || !isSame(look.call, use) || isCutOff(text)) continue;
      const owner = tasks.find(({ call }) => isSame(call, looked.call));
      if (owner !== undefined) states.set(owner, text.includes(look.shows) ? 'done' : 'pending');
    }
    for (const owner of tasks) {
      const isRead = use.name === 'Read' && owner.call.input.file_path === use.input.file_path;
      if (isRead && states.get(owner) === 'read first' && !isCutOff(text)) {
        states.set(owner, owner.look !== undefined && text.includes(owner.look.shows) ? 'done' : 'pending');
      }
    }
  }
}

/** What a resumed run says of a call that was cut off by a kill. */
function isCutOff(text: string): boolean {
  return /^(Not run|Outcome unknown|Output lost): /.test(text);
}

function stateAfter(task: Task, text: string, isError: boolean, surprises: string[]): TaskState {
  if (text.startsWith('Not run: ')) return 'pending';
  if (isCutOff(text)) return 'look first';
  if (/has not been read in this run|has changed since you read it/.test(text)) return 'read first';
  if (isError !== (task.isRefused === true)) surprises.push(`${JSON.stringify(task.call)} → ${text}`);
  return 'done';
}

function isSame(a: object, b: object): boolean {
  const plain = (call: object) => JSON.stringify(call).replace(/"C\d+"/g, '"C0"');
  return plain(a) === plain(b);
}

function blocksOf(request: WireRequest): Record<string, unknown>[] {
  const messages = request.body.messages as { role: string; content: unknown }[];
  return messages.flatMap(({ role, content }) =>
    (Array.isArray(content) ? content : [{ type: 'text', text: content }]).map((block: object) => ({
      ...block,
      role,
    })),
  );
}

/** What the run is about: the system text and the first message. */
export function firstWords(request: WireRequest): string {
  const messages = request.body.messages as { content: unknown }[];
  return `${request.systemText}\n${textIn(messages[0]?.content)}`;
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block: { text?: unknown }) => String(block.text ?? '')).join('\n');
}
