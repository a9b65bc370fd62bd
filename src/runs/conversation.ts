import type { RunEvent } from '../protocol/event.ts';
import type { Block, Message, ToolResultBlock, ToolUseBlock } from '../protocol/message.ts';
import { describeSitting } from './sitting-words.ts';
import { createToldCommands, type ToldCommand } from './told-commands.ts';
import { answerFor, type CallStep, describeUnanswered, type UnansweredCall } from './unanswered.ts';

/**
 * The conversation with the model, rebuilt from events. Whatever the log lacks, the result is one that a model server
 * takes: it begins with the user, roles alternate, each tool_use is followed by exactly one result, each result has a use.
 */
export interface Conversation {
  take(event: RunEvent): void;
  /** What it is now, for `goBack`. */
  mark(): ConversationMark;
  /** Everything since then is forgotten, but the numbers of calls, which are unique in a run. */
  goBack(mark: ConversationMark): void;
  /** Once, after the last event. */
  end(): {
    messages: Message[];
    unanswered: UnansweredCall[];
    nextCallNumber: number;
    told: ToldCommand[];
  };
}

export interface ConversationMark {
  readonly messages: readonly Message[];
  readonly pending: readonly Readonly<PendingCall>[];
  readonly steps: readonly CallStep[];
  readonly told: readonly ToldCommand[];
  readonly marker: string | null;
}

interface PendingCall {
  /** 3 for `C3`. */
  number: number;
  block: ToolUseBlock;
  result: ToolResultBlock | null;
}

const CUT_OFF = '[The operator interrupted your answer here; they have read it up to this point.]';

const LOST_BEGINNING =
  'The beginning of this conversation is lost: its line in the run log is damaged. Find out what is true before you go on.';

export function createConversation(): Conversation {
  let messages: Message[] = [];
  let pending: PendingCall[] = [];
  let steps: CallStep[] = [];
  let nextCallNumber = 1;
  let marker: string | null = null;
  const told = createToldCommands();

  function push(role: Message['role'], content: readonly Block[]): void {
    if (content.length === 0) return;
    if (messages.length === 0 && role === 'assistant') push('user', [{ type: 'text', text: LOST_BEGINNING }]);
    const last = messages.at(-1);
    if (last?.role === role) messages[messages.length - 1] = { role, content: [...last.content, ...content] };
    else messages.push({ role, content: [...content] });
  }

  /** Closes the last reply: what has no result gets one that says why. */
  function answerPending(): UnansweredCall[] {
    const unanswered: UnansweredCall[] = [];
    const results = pending.map(({ number, block, result }) => {
      if (result !== null) return result;
      const open = describeUnanswered(`C${number}`, block, steps);
      unanswered.push(open);
      return answerFor(open);
    });
    pending = [];
    push('user', results);
    return unanswered;
  }

  function ask(content: readonly Block[], firstNumber: number): void {
    answerPending();
    push('assistant', content);
    pending = content
      .filter((block) => block.type === 'tool_use')
      .map((block, index) => ({ number: firstNumber + index, block, result: null }));
  }

  function say(content: readonly Block[]): void {
    for (const block of content) if (block.type === 'tool_result') answer(block);
    answerPending();
    push(
      'user',
      content.filter(({ type }) => type !== 'tool_result'),
    );
  }

  function answer(result: ToolResultBlock): number {
    const at = pending.findIndex((call) => call.block.id === result.toolUseId && call.result === null);
    const call = pending[at];
    if (call !== undefined) call.result = result;
    return at;
  }

  /** The log's own call ids win over counting, which a lost reply puts out of step. */
  function takeResult(event: Extract<RunEvent, { type: 'call.finished' }>): void {
    const { toolUseId, text, ok } = event;
    const at = answer({ type: 'tool_result', toolUseId, content: text, isError: !ok });
    const number = Number(/^C(\d+)$/.exec(event.call)?.[1] ?? 0);
    if (at >= 0 && number > at) {
      for (const [index, call] of pending.entries()) call.number = number - at + index;
    }
    nextCallNumber = Math.max(nextCallNumber, number + 1, (pending.at(-1)?.number ?? 0) + 1);
  }

  function startOver(from: readonly Message[]): void {
    const given = pending.flatMap(({ result }) => (result === null ? [] : [result]));
    messages = [];
    pending = [];
    for (const { role, content } of from) {
      const uses = content.filter(({ type }) => type === 'tool_use').length;
      if (role === 'assistant') ask(content, Math.max(1, nextCallNumber - uses));
      else say(content);
    }
    for (const result of given) answer(result);
  }

  /** Before that the first request takes up everything that was said and told until then. */
  function isBuilt(): boolean {
    return marker !== null || messages.some(({ role }) => role === 'assistant');
  }

  function wordsOf(event: Extract<RunEvent, { type: 'run.resumed' }>): Block[] {
    const commands = event.prompt !== null && isBuilt() ? told.give() : [];
    return describeSitting(event, commands, marker).map((text) => ({ type: 'text', text }));
  }

  return {
    mark: () => ({
      messages: [...messages],
      pending: pending.map((call) => ({ ...call })),
      steps: [...steps],
      told: told.waiting(),
      marker,
    }),
    goBack(mark) {
      messages = [...mark.messages];
      pending = mark.pending.map((call) => ({ ...call }));
      steps = [...mark.steps];
      marker = mark.marker;
      told.startFrom(mark.told);
    },
    take(event) {
      told.take(event);
      switch (event.type) {
        case 'prompt.built':
          marker = event.marker;
          told.give();
          startOver(event.messages);
          break;
        case 'context.reduced':
          startOver(event.messages);
          break;
        case 'model.replied':
          ask(event.content, nextCallNumber);
          nextCallNumber += pending.length;
          steps = [];
          if (event.stopReason === 'interrupted') push('user', [{ type: 'text', text: CUT_OFF }]);
          break;
        case 'message.added':
          say(event.message.content);
          break;
        case 'run.resumed':
          say(wordsOf(event));
          break;
        case 'call.finished':
          takeResult(event);
          break;
        case 'step.started':
          steps.push({ step: event.step, command: event.command, effect: event.effect, end: null });
          break;
        case 'step.finished': {
          const begun = steps.findLast(({ step, end }) => step === event.step && end === null);
          if (begun !== undefined) begun.end = { ok: event.ok, summary: event.summary };
          break;
        }
      }
    },
    end() {
      const unanswered = answerPending();
      return { messages, unanswered, nextCallNumber, told: told.waiting() };
    },
  };
}
