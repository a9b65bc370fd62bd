import type { Happening } from '../../app/client.ts';
import { noteAnswer } from './answers.ts';
import { noteEvent } from './events.ts';
import type { Input } from './input.ts';
import { endReply, hearDelta, settleReply } from './reply.ts';
import { initialTranscript, type ScreenState, type Transcript } from './state.ts';
import { add, pump } from './transcript.ts';

/** Of a running call's output: what a screen can show of it, and some more for the pager. */
const MOST_OUTPUT = 8 * 1024;

/** What is on the screen after an input. Pure, and defined for every input in every state. */
export function reduce(state: ScreenState, input: Input): ScreenState {
  return reduceAll(state, [input]);
}

/** The same for several at once: text that streams is cut for printing once, at the end. */
export function reduceAll(state: ScreenState, inputs: readonly Input[]): ScreenState {
  let next = state;
  for (const input of inputs) next = apply(next, input);
  const settled = settleReply(next.transcript, next.size);
  return withTranscript(next, pump(settled, next.handedTo === null));
}

function apply(state: ScreenState, input: Input): ScreenState {
  switch (input.kind) {
    case 'happened':
      return happened(state, input.happening);
    case 'resized':
      return { ...state, size: input.size };
    case 'printed':
      return withTranscript(state, printed(state.transcript, input.batch));
    case 'panel-toggled':
      return { ...state, isPanelOpen: !state.isPanelOpen };
    case 'theme-chosen':
      return { ...state, theme: input.theme };
    case 'picker-opened':
      return { ...state, picker: input.picker };
    case 'picker-closed':
      return { ...state, picker: null };
    case 'terminal-given':
      return { ...state, handedTo: input.to };
    case 'terminal-back':
      return { ...state, handedTo: null };
    case 'shown':
      return withTranscript(state, add(state.transcript, input.item));
  }
}

function happened(state: ScreenState, happening: Happening): ScreenState {
  const { transcript } = state;
  switch (happening.kind) {
    case 'run':
      return noteEvent(state, happening.event, happening.time, happening.seq);
    case 'delta':
      return withTranscript(state, hearDelta(transcript, happening.delta));
    case 'output':
      return withTranscript(state, hearOutput(transcript, happening.call, happening.text));
    case 'question':
      return { ...state, questions: [...without(state, happening.question.id), happening.question] };
    case 'answered':
      return answered(state, happening);
    case 'queue':
      return { ...state, queue: happening.waiting };
    case 'status':
      return { ...state, status: happening.status };
    case 'panel':
      return { ...state, panel: happening.panel };
    case 'opened':
      return opened(state, happening);
    case 'rewound':
      // The log says so too, and in its place.
      return withTranscript(state, endReply(transcript));
    case 'trouble': {
      const { text, hint } = happening;
      return withTranscript(state, add(transcript, { kind: 'notice', level: 'trouble', text, hint }));
    }
    case 'terminal-wanted':
      // Whoever follows the client gives the terminal up, which comes here as an input of its own.
      return state;
  }
}

function answered(state: ScreenState, happening: Extract<Happening, { kind: 'answered' }>): ScreenState {
  const next = { ...state, questions: without(state, happening.question) };
  return withTranscript(next, noteAnswer(state.transcript, happening));
}

/** Another run in place of this one. What was printed stays where it is. */
function opened(
  state: ScreenState,
  { run, name, older }: Extract<Happening, { kind: 'opened' }>,
): ScreenState {
  const { ready, printing, nextId } = endReply(state.transcript);
  const begun = { ...initialTranscript(printing.number, nextId), ready, printing, older };
  const transcript = run === null && older === 0 ? begun : add(begun, { kind: 'opened', run, name, older });
  return { ...state, transcript, questions: [], queue: [], picker: null };
}

function hearOutput(transcript: Transcript, id: string, text: string): Transcript {
  if (!transcript.calls.some((call) => call.id === id)) return transcript;
  const calls = transcript.calls.map((call) =>
    call.id === id ? { ...call, output: (call.output + text).slice(-MOST_OUTPUT) } : call,
  );
  return { ...transcript, calls };
}

function printed(transcript: Transcript, batch: number): Transcript {
  if (transcript.printing.number !== batch) return transcript;
  return { ...transcript, printing: { ...transcript.printing, isPrinted: true } };
}

function without(state: ScreenState, question: string): ScreenState['questions'] {
  return state.questions.filter(({ id }) => id !== question);
}

function withTranscript(state: ScreenState, transcript: Transcript): ScreenState {
  return transcript === state.transcript ? state : { ...state, transcript };
}
