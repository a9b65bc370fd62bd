import type { Happening, Panel, Status } from '../../app/client.ts';
import { printable } from '../../lib/printable.ts';
import type { RunEvent } from '../../protocol/event.ts';
import { unfence } from '../store/unfence.ts';
import { type Flow, hear, hush, STILL } from './sentences.ts';
import { tellEvent } from './tell-event.ts';

/** What was told so far, as far as the next sentence depends on it. */
export interface Told {
  flow: Flow;
  /** Text stands on the last line, which has no end yet. */
  isLineOpen: boolean;
  /** Some of the answer was told as it came. */
  hasStreamed: boolean;
  /** What the operator typed and has in front of them already. */
  typed: readonly string[];
  /** The operator's own command has the terminal: what it does is seen. */
  seesOwn: boolean;
  /** Texts of the newest calls by their ids, for `/show`. */
  outputs: readonly { call: string; text: string }[];
  status: Status | null;
  panel: string;
  /** Number of the first line of the log that was told. */
  firstSeq: number | null;
}

export const NOTHING_TOLD: Told = {
  flow: STILL,
  isLineOpen: false,
  hasStreamed: false,
  typed: [],
  seesOwn: false,
  outputs: [],
  status: null,
  panel: '',
  firstSeq: null,
};

const MOST_OUTPUTS = 20;
const MOST_OUTPUT_CHARS = 256 * 1024;

/** The next words for a happening, ends of lines with them. Questions are asked by whoever reads the answers. */
export function narrate(told: Told, happening: Happening): { told: Told; words: string } {
  switch (happening.kind) {
    case 'delta':
      return happening.delta.type === 'text' ? stream(told, happening.delta.text) : { told, words: '' };
    case 'run':
      return narrateEvent({ ...told, firstSeq: told.firstSeq ?? happening.seq }, happening.event);
    case 'status':
      return say({ ...told, status: happening.status }, tellStatus(told.status, happening.status));
    case 'panel': {
      const panel = tellPanel(happening.panel);
      return say({ ...told, panel: panel.join('\n') }, panel.join('\n') === told.panel ? [] : panel);
    }
    case 'queue':
      return { told, words: '' };
    case 'opened': {
      const { run, name, older } = happening;
      const lines = run === null ? ['New conversation.'] : [`Going on with run ${name ?? run.slice(0, 8)}.`];
      if (older > 0) lines.push(`${older} older lines are not told. /older tells them.`);
      return say(
        { ...NOTHING_TOLD, status: told.status, panel: told.panel, isLineOpen: told.isLineOpen },
        lines,
      );
    }
    case 'rewound': {
      const { prompt, restored, refused } = happening.rewound;
      return say(told, [
        `Went back to before: ${prompt}`,
        ...restored.map((path) => `Restored: ${path}`),
        ...refused.map(({ path, reason }) => `Not restored: ${path}. ${reason}`),
      ]);
    }
    case 'answered': {
      const { rule } = happening;
      if (rule === null) return { told, words: '' };
      return say(told, [
        rule.applies
          ? `Allowed for the rest of this run: ${rule.rule}`
          : `The rule was kept and does not apply to this command: ${rule.rule}`,
      ]);
    }
    case 'terminal-wanted':
      return say(told, [`The terminal is handed to: ${happening.command}`]);
    case 'trouble':
      return say(told, [
        `Trouble: ${happening.text}`,
        ...(happening.hint === null ? [] : [`Hint: ${happening.hint}`]),
      ]);
    case 'output':
    case 'question':
      return { told, words: '' };
  }
}

/** Whole lines, behind whatever was being said. */
export function say(told: Told, lines: readonly string[]): { told: Told; words: string } {
  if (lines.length === 0) return { told, words: '' };
  const ended = endLine(told);
  const text = lines.map((line) => printable(line).trimEnd()).filter((line) => line !== '');
  return { told: ended.told, words: `${ended.words}${text.map((line) => `${line}\n`).join('')}` };
}

function narrateEvent(told: Told, event: RunEvent): { told: Told; words: string } {
  switch (event.type) {
    case 'run.opened':
    case 'run.resumed': {
      const prompt =
        event.prompt ?? (event.type === 'run.opened' && event.goal !== null ? `goal ${event.goal}` : '');
      if (prompt === '') return { told, words: '' };
      const [first, ...typed] = told.typed;
      return first === prompt ? { told: { ...told, typed }, words: '' } : say(told, [`You: ${prompt}`]);
    }
    case 'model.requested':
      return { told: { ...endLine(told).told, hasStreamed: false }, words: endLine(told).words };
    case 'model.replied': {
      const ended = endLine(told);
      const text = event.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
      if (told.hasStreamed || text.trim() === '') return ended;
      const whole = stream(ended.told, text);
      const end = endLine(whole.told);
      return { told: { ...end.told, hasStreamed: false }, words: ended.words + whole.words + end.words };
    }
    case 'operator.began':
    case 'operator.ended':
      return told.seesOwn ? { told, words: '' } : say(told, tellEvent(event));
    case 'call.finished': {
      const text = unfence(event.text.slice(0, MOST_OUTPUT_CHARS));
      const outputs = [...told.outputs, { call: event.call, text }].slice(-MOST_OUTPUTS);
      return say({ ...told, outputs }, tellEvent({ ...event, text }));
    }
    default:
      return say(told, tellEvent(event));
  }
}

function stream(told: Told, text: string): { told: Told; words: string } {
  const { flow, said } = hear(told.flow, text);
  const words = printable(said);
  const isLineOpen = words === '' ? told.isLineOpen : !words.endsWith('\n');
  return { told: { ...told, flow, isLineOpen, hasStreamed: true }, words };
}

function endLine(told: Told): { told: Told; words: string } {
  const rest = printable(hush(told.flow));
  const isOpen = rest === '' ? told.isLineOpen : !rest.endsWith('\n');
  return { told: { ...told, flow: STILL, isLineOpen: false }, words: rest + (isOpen ? '\n' : '') };
}

function tellStatus(before: Status | null, now: Status): string[] {
  const lines: string[] = [];
  const { model } = now;
  if (model !== null && model.name !== before?.model?.name) {
    lines.push(`Model: ${model.name}, ${model.place === 'cloud' ? 'in the cloud' : 'on your own machines'}.`);
  }
  if (now.modelMissing !== null && now.modelMissing !== before?.modelMissing) {
    lines.push(`No model: ${now.modelMissing}`);
  }
  if (now.mode !== (before?.mode ?? 'default')) lines.push(`Mode: ${now.mode}.`);
  if (now.paused !== null && before?.paused?.by !== now.paused.by) lines.push(`Paused by ${now.paused.by}.`);
  if (now.paused === null && before !== null && before.paused !== null) lines.push('No longer paused.');
  return lines;
}

function tellPanel({ state, findings, problem }: Panel): string[] {
  if (state === 'looking') return [];
  if (state === 'failed') return [`The machine could not be looked at: ${problem ?? 'unknown reason'}`];
  const open = findings.filter(({ isOpen }) => isOpen);
  if (open.length === 0) return ['Nothing is wrong that the probes can see.'];
  return [
    `${open.length} ${open.length === 1 ? 'finding' : 'findings'}:`,
    ...open.map(({ severity, text }) => `Finding, ${severity}: ${text}`),
  ];
}
