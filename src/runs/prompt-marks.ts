import type { RunEvent } from '../protocol/event.ts';
import type { Conversation, ConversationMark } from './conversation.ts';
import type { ReplayState } from './replayed.ts';

/** What a run was before each of its prompts, so that a rewinding can go back there. */
export interface PromptMarks {
  /** Before the event is taken. */
  see(seq: number | undefined, event: RunEvent): void;
  /** To before the prompt of that line; where the log lost it, nothing changes. */
  goBack(point: number): void;
}

/** Of what a run knew, that which its later prompts changed and a rewinding takes back. Money and deeds are not among it. */
type Known = Pick<ReplayState, 'system' | 'marker' | 'staysLocal' | 'lastStop' | 'report'>;

interface Mark {
  seq: number;
  known: Known;
  conversation: ConversationMark;
  /** The prompt that opened the run. */
  isFirst: boolean;
}

/** What a rewinding does to files comes before its own line, and is no work of the run. */
const NO_WORK: ReadonlySet<RunEvent['type']> = new Set([
  'run.rewound',
  'run.named',
  'operator.began',
  'operator.ended',
  'step.decided',
  'step.started',
  'step.finished',
  'file.checkpointed',
  'notice.given',
  'log.repaired',
  'step.unknown',
]);

export function createPromptMarks(state: ReplayState, conversation: Conversation): PromptMarks {
  let marks: Mark[] = [];
  let lastClosed: ReplayState['closed'] = null;
  return {
    see(seq, event) {
      if (event.type === 'run.closed') lastClosed = event;
      else if (!NO_WORK.has(event.type)) lastClosed = null;
      if (seq === undefined || !isPrompt(event)) return;
      const { system, marker, staysLocal, lastStop, report } = state;
      marks.push({
        seq,
        known: { system, marker, staysLocal, lastStop, report },
        conversation: conversation.mark(),
        isFirst: event.type === 'run.opened',
      });
    },
    goBack(point) {
      const mark = marks.find(({ seq }) => seq === point);
      if (mark === undefined) return;
      marks = marks.filter(({ seq }) => seq < point);
      Object.assign(state, mark.known);
      conversation.goBack(mark.conversation);
      state.closed = lastClosed;
      if (mark.isFirst && state.opened !== null) {
        const { attachmentBytes: _, ...opened } = state.opened;
        state.opened = { ...opened, prompt: null };
      }
    },
  };
}

/** A line from which a conversation can begin anew: words of the operator. A goal's own first request is none. */
export function isPrompt(event: RunEvent): event is PromptEvent {
  if (event.type === 'run.opened') return event.prompt !== null && event.goal === null;
  return event.type === 'run.resumed' && event.prompt !== null;
}

type PromptEvent = Extract<RunEvent, { type: 'run.opened' | 'run.resumed' }>;
