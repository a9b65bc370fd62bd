import type { RunEvent } from '../../protocol/event.ts';
import { noteAnswer } from './answers.ts';
import { decideStep, finishCall, finishStep, leaveCalls, startStep } from './calls.ts';
import { noteChange } from './changes.ts';
import { endReply, finishReply } from './reply.ts';
import type { ScreenState, Transcript } from './state.ts';
import { add } from './transcript.ts';
import { textOf, thinkingOf } from './words.ts';

/** What a line of the log changes on the screen. `time`: RFC 3339. */
export function noteEvent(
  state: ScreenState,
  event: RunEvent,
  time: string,
  seq: number | null,
): ScreenState {
  const firstSeq = state.transcript.firstSeq ?? seq;
  const before = { ...state.transcript, firstSeq };
  const transcript =
    event.type === 'operator.began'
      ? beginOwn(before, event, state.handedTo === 'own-command')
      : note(before, event, time, seq);
  return event.type === 'run.closed' ? { ...state, transcript, questions: [] } : { ...state, transcript };
}

function note(transcript: Transcript, event: RunEvent, time: string, seq: number | null): Transcript {
  switch (event.type) {
    case 'run.opened':
      if (event.prompt !== null) return add(transcript, { kind: 'prompt', text: event.prompt, how: 'said' });
      if (event.goal !== null) return add(transcript, { kind: 'prompt', text: event.goal, how: 'goal' });
      return transcript;
    case 'run.resumed':
      return event.prompt === null
        ? add(transcript, { kind: 'prompt', text: '', how: 'resumed' })
        : add(transcript, { kind: 'prompt', text: event.prompt, how: 'said' });
    case 'isolation.found':
      return event.problem === null ? transcript : warn(transcript, event.problem);
    case 'log.repaired':
      return noteRepair(transcript, event);
    case 'snapshot.taken': {
      const silent = event.items
        .filter(({ status }) => status === 'failed' || status === 'unreachable')
        .map(({ probe, status, reason }) => `${probe} ${reason ?? status}`);
      const answered = event.items.filter(({ status }) => status === 'ok').length;
      const asked = event.items.filter(({ status }) => status !== 'not-configured').length;
      return add(transcript, { kind: 'snapshot', answered, asked, durationMs: event.durationMs, silent });
    }
    case 'findings.judged':
      return add(transcript, {
        kind: 'findings',
        findings: event.findings.map(({ id, severity, text, isOpen, quietReason }) => ({
          id,
          severity,
          text,
          isOpen,
          quietReason,
        })),
        brokenRules: event.brokenRules,
      });
    case 'operator.ended':
      return endOwn(transcript, event);
    case 'run.named':
      return add(transcript, {
        kind: 'notice',
        level: 'info',
        text: `this run is ${event.name}`,
        hint: null,
      });
    case 'run.rewound': {
      const { prompt, restored, refused } = event;
      return add(leaveCalls(endReply(transcript)), { kind: 'rewound', prompt, restored, refused });
    }
    case 'message.added':
      return event.by === 'operator'
        ? add(transcript, { kind: 'prompt', text: textOf(event.message.content), how: 'steered' })
        : transcript;
    case 'step.answered': {
      const { question, answer, comment, rule } = event;
      return noteAnswer(transcript, {
        question,
        answer: answer === 'deny' ? { kind: answer, comment } : { kind: answer },
        rule,
      });
    }
    case 'change.planned':
    case 'change.began':
    case 'change.finished':
    case 'change.parked':
    case 'change.cut':
    case 'change.ended':
      return noteChange(transcript, event, Date.parse(time));
    case 'model.requested':
      return {
        ...endReply(tellFailure(transcript, null), 'the answer was cut off; asked again'),
        askedAt: Number.isFinite(Date.parse(time)) ? Date.parse(time) : null,
      };
    case 'model.replied': {
      const text = textOf(event.content);
      const thinking = thinkingOf(event.content);
      return { ...finishReply(transcript, { text, thinking, seq }), askedAt: null };
    }
    case 'model.failed':
      return noteFailure(transcript, event);
    case 'step.decided':
      return decideStep(transcript, event);
    case 'step.started':
      return startStep(transcript, event, Date.parse(time));
    case 'step.finished':
      return finishStep(transcript, event);
    case 'call.finished':
      return finishCall(transcript, event, seq);
    case 'context.reduced':
      return add(transcript, {
        kind: 'compacted',
        method: event.method,
        droppedBytes: event.droppedBytes,
      });
    case 'report.made':
      return add(transcript, { kind: 'report', report: event.report });
    case 'checks.made':
      return event.checks.length === 0
        ? transcript
        : add(transcript, { kind: 'checks', checks: event.checks });
    case 'notice.given':
      return add(transcript, { kind: 'notice', level: event.level, text: event.text, hint: null });
    case 'run.closed':
      return noteEnd(transcript, event);
    // Shown by what they lead to, or by nothing.
    default:
      return transcript;
  }
}

function beginOwn(
  transcript: Transcript,
  { id, command, isTold }: Extract<RunEvent, { type: 'operator.began' }>,
  isSeen: boolean,
): Transcript {
  return { ...transcript, own: [...transcript.own, { id, line: command, isTold, isSeen }] };
}

function endOwn(
  transcript: Transcript,
  { id, exitCode, signal, durationMs }: Extract<RunEvent, { type: 'operator.ended' }>,
): Transcript {
  const begun = transcript.own.find((own) => own.id === id);
  if (begun === undefined) return transcript;
  const own = transcript.own.filter((other) => other !== begun);
  const { line, isTold, isSeen } = begun;
  const ended = { exitCode, signal, durationMs };
  return add({ ...transcript, own }, { kind: 'own', line, isTold, isSeen, ended });
}

function noteRepair(
  transcript: Transcript,
  { unknownSteps, unansweredCalls }: Extract<RunEvent, { type: 'log.repaired' }>,
): Transcript {
  if (unknownSteps.length === 0) {
    return unansweredCalls.length === 0 ? transcript : warn(transcript, 'the run was cut off in the middle');
  }
  return warn(transcript, `cut off while it worked; outcome unknown: ${unknownSteps.join(', ')}`);
}

function noteEnd(transcript: Transcript, event: Extract<RunEvent, { type: 'run.closed' }>): Transcript {
  const { outcome, reason, message, turns, usage, costUsd, durationMs } = event;
  const isStopped = reason === 'interrupted' || reason === 'halted' || reason === 'terminated';
  const ended = leaveCalls(endReply(tellFailure(transcript, message), isStopped ? 'stopped here' : null));
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return add(
    { ...ended, askedAt: null },
    {
      kind: 'ended',
      ending: { outcome, reason, message, turns, tokens, costUsd, durationMs },
    },
  );
}

/** One that is tried again is told at once; one that is not ends the turn, which says it, or another model takes over. */
function noteFailure(
  transcript: Transcript,
  { class: kind, model, message, attempt }: Extract<RunEvent, { type: 'model.failed' }>,
): Transcript {
  // Whoever interrupted it knows.
  if (kind === 'aborted') return transcript;
  const rest = endReply(transcript, 'the answer was cut off');
  if (kind === 'money' || kind === 'login' || kind === 'bad-request') return { ...rest, failure: message };
  const text = message.startsWith(model) ? message : `${model}: ${message}`;
  return warn(rest, attempt > 1 ? `${text} (attempt ${attempt})` : text);
}

/** What was kept back, unless it is said anyway. */
function tellFailure(transcript: Transcript, said: string | null): Transcript {
  const { failure } = transcript;
  if (failure === null) return transcript;
  const rest = { ...transcript, failure: null };
  return failure === said ? rest : warn(rest, failure);
}

function warn(transcript: Transcript, text: string): Transcript {
  return add(transcript, { kind: 'notice', level: 'warning', text, hint: null });
}
