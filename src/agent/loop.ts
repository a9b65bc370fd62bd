import type { Message, ToolUseBlock } from '../protocol/message.ts';
import { type ModelReply, NO_USAGE } from '../protocol/model.ts';
import type { Call, CallResult } from '../protocol/tool.ts';
import { runCalls, toCalls } from './calls.ts';
import { GO_ON, textOf, unfinishedTextOf } from './cut-answer.ts';
import { endOfAbort } from './endings.ts';
import { createRepetitionGuard, type LoopStop, stopBeforeCalls, stopBeforeTurn } from './limits.ts';
import type { LoopEnd, LoopInput } from './loop-run.ts';
import { makeRoom, TOO_LONG } from './make-room.ts';
import type { LoopPorts } from './ports.ts';
import { type TurnReply, takeTurn } from './turn.ts';

interface Conversation {
  messages: Message[];
  calls: number;
  lastInputTokens: number;
  /** Answers cut at the output limit are put together here. */
  unfinishedText: string;
  continuations: number;
  objections: number;
  emptyAnswers: number;
}

const MAX_CONTINUATIONS = 2;
const MAX_OBJECTIONS = 3;
const AGAIN = 'Answer again, whole, as one JSON value and nothing else.';
const MAX_EMPTY_ANSWERS = 2;

/** The loop: model, calls, model … until an answer, a report or a limit. Never throws for what a model does. */
export async function runLoop(input: LoopInput, ports: LoopPorts): Promise<LoopEnd> {
  const end = newEnd(input);
  const talk: Conversation = {
    messages: [...input.messages],
    calls: input.from.calls,
    lastInputTokens: 0,
    unfinishedText: '',
    continuations: 0,
    objections: 0,
    emptyAnswers: 0,
  };
  const before = input.untaken === undefined ? input.messages : input.messages.slice(0, -1);
  const { text: unfinished, cuts } = unfinishedTextOf(before);
  talk.unfinishedText = unfinished;
  talk.continuations = cuts;
  const earlierTurns = input.from.turns - input.spent.turns;
  const earlierCalls = input.from.calls - input.spent.calls;
  const guard = createRepetitionGuard((name) => ports.tools.specs().some((spec) => spec.name === name));
  const startedAt = ports.clock.elapsed() - input.spent.ms;

  if (input.untaken !== undefined) {
    const content = input.messages.at(-1)?.content ?? [];
    end.text = talk.unfinishedText + textOf(content);
    const next = await takeAnswer({ ...input.untaken, content }, talk, ports);
    if (next === 'done') return end;
    if (next !== 'go on') return { ...end, stop: next };
  }
  for (;;) {
    const limit = stopBeforeTurn(input.limits, end.turns - earlierTurns, ports.clock.elapsed() - startedAt);
    const stop = input.signal.aborted ? endOfAbort(input.signal) : limit;
    if (stop !== null) return { ...end, stop };

    hear(talk, ports);
    talk.messages = await makeRoom(talk.messages, talk.lastInputTokens, input, ports, end);
    const reply = await takeTurn(input, ports, talk.messages, end);
    if ('reason' in reply) {
      if (reply.isPromptTooLong !== true || talk.lastInputTokens === TOO_LONG) return { ...end, stop: reply };
      talk.lastInputTokens = TOO_LONG;
      continue;
    }
    remember(reply, talk, end);

    const uses = reply.content.filter((block): block is ToolUseBlock => block.type === 'tool_use');
    if (uses.length === 0) {
      const next = await takeAnswer(reply, talk, ports);
      if (next === 'done' && !hear(talk, ports)) return end;
      if (next === 'done') continue;
      if (next !== 'go on') return { ...end, stop: next };
      continue;
    }
    const wanted = toCalls(uses, talk.calls + 1);
    const refused =
      stopBeforeCalls(input.limits, talk.calls - earlierCalls, wanted.length) ?? guard.see(wanted);
    if (refused !== null) return { ...end, stop: refused };
    const isWhole = await takeCalls(wanted, talk, end, input, ports);
    if (!isWhole) return { ...end, stop: endOfAbort(input.signal) };
    // Who asked for an answer of a certain form gets one, whatever was reported.
    if (ports.hasReport() && input.outputSchema === undefined) return end;
  }
}

function remember(reply: ModelReply, talk: Conversation, end: LoopEnd): void {
  const { usage } = reply;
  talk.lastInputTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  talk.messages.push({ role: 'assistant', content: reply.content });
  const text = textOf(reply.content);
  if (text !== '') end.text = talk.unfinishedText + text;
}

/** A turn without calls: an answer, the first part of one, or one that the check sends back. */
async function takeAnswer(
  reply: Pick<TurnReply, 'content' | 'stopReason' | 'shortenedBy'>,
  talk: Conversation,
  ports: LoopPorts,
): Promise<'done' | 'go on' | LoopStop> {
  const text = talk.unfinishedText + textOf(reply.content);
  if (reply.stopReason === 'refusal') {
    return { reason: 'broken-reply', message: 'The model declined to answer', resumeAt: null };
  }
  if (reply.stopReason === 'max_tokens') {
    if (talk.continuations >= MAX_CONTINUATIONS) {
      if (reply.shortenedBy !== undefined) return reply.shortenedBy;
      const message = `The answer was cut at the output limit ${talk.continuations + 1} times`;
      return { reason: 'broken-reply', message, resumeAt: null };
    }
    talk.continuations += 1;
    talk.unfinishedText = text;
    say(GO_ON, talk, ports);
    return 'go on';
  }
  talk.unfinishedText = '';
  const objection = await ports.checkAnswer(text);
  if (objection === null) return text.trim() === '' ? takeSilence(talk, ports) : 'done';
  talk.objections += 1;
  if (talk.objections >= MAX_OBJECTIONS) {
    const message = `${talk.objections} answers of the model did not follow the schema; the last: ${objection}`;
    return { reason: 'schema', message, resumeAt: null };
  }
  say(`Your answer does not follow the schema: ${objection}. ${AGAIN}`, talk, ports);
  return 'go on';
}

/**
 * The model ends its turn and says nothing: once is an accident, twice is no success. What it said before its last call
 * ("Let me check.") is no answer.
 */
function takeSilence(talk: Conversation, ports: LoopPorts): 'go on' | LoopStop {
  talk.emptyAnswers += 1;
  if (talk.emptyAnswers >= MAX_EMPTY_ANSWERS) {
    return { reason: 'broken-reply', message: 'The model gave an empty answer twice', resumeAt: null };
  }
  say('Your answer was empty. Give it now, in words.', talk, ports);
  return 'go on';
}

/** Runs one turn's calls. False when the run was aborted before all of them had started. */
async function takeCalls(
  wanted: readonly Call[],
  talk: Conversation,
  end: LoopEnd,
  input: LoopInput,
  ports: LoopPorts,
): Promise<boolean> {
  talk.calls += wanted.length;
  talk.unfinishedText = '';
  talk.continuations = 0;
  const results = await runCalls(wanted, ports.tools, input.signal, (result) => recordResult(result, ports));
  end.refusedCalls.push(...results.filter((result) => result.isRefused));
  if (results.length < wanted.length) return false;
  talk.messages.push({
    role: 'user',
    content: results.map((result) => ({
      type: 'tool_result',
      toolUseId: result.call.toolUseId,
      content: result.text,
      isError: !result.ok,
    })),
  });
  return true;
}

function recordResult(result: CallResult, ports: LoopPorts): void {
  const { call } = result;
  ports.sink.record({
    type: 'call.finished',
    call: call.id,
    toolUseId: call.toolUseId,
    tool: call.name,
    input: call.input,
    ok: result.ok,
    text: result.text,
    refused: result.isRefused,
    durationMs: result.durationMs,
  });
}

function say(text: string, talk: Conversation, ports: LoopPorts): void {
  const message: Message = { role: 'user', content: [{ type: 'text', text }] };
  ports.sink.record({ type: 'message.added', message });
  talk.messages.push(message);
}

/** The operator's words, and what became of the trigger, join what the model reads next. True when there were any. */
function hear(talk: Conversation, ports: LoopPorts): boolean {
  const news = (ports.takeNews?.() ?? []).map((text) => ({ text, by: 'trigger' as const }));
  const words = (ports.takeWords?.() ?? []).map((text) => ({ text, by: 'operator' as const }));
  for (const { text, by } of [...news, ...words]) {
    const content = [{ type: 'text' as const, text }];
    ports.sink.record({ type: 'message.added', message: { role: 'user', content }, by });
    const last = talk.messages.at(-1);
    // Roles alternate: after results of tools the words join them.
    if (last?.role === 'user') {
      talk.messages[talk.messages.length - 1] = { role: 'user', content: [...last.content, ...content] };
    } else talk.messages.push({ role: 'user', content });
  }
  return news.length + words.length > 0;
}

function newEnd(input: LoopInput): LoopEnd {
  return {
    stop: null,
    text: '',
    turns: input.from.turns,
    usage: NO_USAGE,
    costUsd: 0,
    modelMs: 0,
    firstTokenMs: null,
    refusedCalls: [],
  };
}
