import type { Mention } from '../../app/client.ts';
import { replaceAll } from './edit.ts';
import { matchLetters, rankNames } from './fuzzy.ts';
import {
  type Around,
  type CommandEntry,
  type EditorState,
  type Popup,
  type Proposal,
  type Step,
  step,
} from './state.ts';
import { shellPrefix } from './view.ts';

/** Opens, narrows or closes the proposals as the word before the cursor wants it. */
export function updatePopup(state: EditorState, { commands }: Around): Step {
  const word = wordToComplete(state);
  if (word === null) return step(without(state, null));
  if (word.start === state.dismissed) return step(state.popup === null ? state : { ...state, popup: null });
  return word.kind === 'command' ? step(propose(state, word, commands)) : askForMentions(state, word);
}

/** Answers to an older question are dropped. */
export function takeMentions(state: EditorState, id: number, mentions: readonly Mention[]): EditorState {
  const { popup } = state;
  if (popup === null || popup.asked !== id) return state;
  const proposals = mentions.map(({ text, kind, note }) => ({ text, kind, note, argumentHint: null }));
  return { ...state, popup: { ...popup, proposals, selected: 0, asked: null } };
}

export function choose(state: EditorState, stepBy: 1 | -1): EditorState {
  const { popup } = state;
  if (popup === null || popup.proposals.length === 0) return state;
  const count = popup.proposals.length;
  return { ...state, popup: { ...popup, selected: (popup.selected + stepBy + count) % count } };
}

export function closePopup(state: EditorState): EditorState {
  return without(state, state.popup?.start ?? null);
}

/** The chosen proposal, as long as it belongs to what stands in the text. */
export function chosenOf({ popup }: EditorState): Proposal | null {
  if (popup === null || popup.asked !== null) return null;
  return popup.proposals[popup.selected] ?? null;
}

/** The chosen one in place of the word. A folder is gone on with, what has arguments waits for them. */
export function acceptProposal(state: EditorState, proposal: Proposal): EditorState {
  const { popup, buffer } = state;
  if (popup === null) return state;
  const end = popup.start + (/^\S*/.exec(buffer.text.slice(popup.start))?.[0].length ?? 0);
  const rest = buffer.text.slice(end);
  const goesOn =
    proposal.kind === 'folder' || (proposal.kind === 'command' && proposal.argumentHint === null);
  const blank = goesOn || /^[ \n]/.test(rest) ? '' : ' ';
  const text = `${buffer.text.slice(0, popup.start)}${proposal.text}${blank}${rest}`;
  const cursor = popup.start + proposal.text.length + (goesOn ? 0 : 1);
  const next = replaceAll(state, text, cursor);
  return proposal.kind === 'folder' ? next : { ...next, popup: null, dismissed: popup.start };
}

/** Letters of a proposal that were typed. */
export function matchedLetters({ kind, query }: Popup, proposal: Proposal): readonly number[] {
  return matchLetters(kind === 'command' ? `/${query}` : `@${query}`, proposal.text) ?? [];
}

/** Whether a text is a slash command by its form: `/etc/hosts is wrong` is not. */
export function commandName(text: string): string | null {
  return /^\/([a-z][\w:.-]*)(?=\s|$)/i.exec(text)?.[1] ?? null;
}

export function findCommand(commands: readonly CommandEntry[], name: string): CommandEntry | null {
  return commands.find((entry) => entry.name === name || entry.aliases.includes(name)) ?? null;
}

interface Word {
  kind: Popup['kind'];
  start: number;
  query: string;
}

function wordToComplete({ buffer: { text, cursor }, search }: EditorState): Word | null {
  if (search !== null || shellPrefix(text) > 0) return null;
  const before = text.slice(0, cursor);
  const command = /^\/([\w:.-]*)$/.exec(before);
  if (command !== null) return { kind: 'command', start: 0, query: command[1] ?? '' };
  const mention = /(?:^|[\s([{"'`,;])@(\S*)$/.exec(before);
  if (mention === null) return null;
  const query = mention[1] ?? '';
  return { kind: 'mention', start: cursor - query.length - 1, query };
}

function propose(state: EditorState, { start, query }: Word, commands: readonly CommandEntry[]): EditorState {
  if (state.popup?.kind === 'command' && state.popup.query === query) return state;
  const proposals = rankNames(query, commands, ({ name, aliases }) => [name, ...aliases]).map(
    ({ name, description, argumentHint, isOwn }): Proposal => ({
      text: `/${name}`,
      kind: isOwn ? 'own-command' : 'command',
      note: description,
      argumentHint,
    }),
  );
  return {
    ...state,
    dismissed: null,
    popup: { kind: 'command', start, query, proposals, selected: 0, asked: null },
  };
}

/** Until the answer comes, what was proposed and still matches stays in sight. */
function askForMentions(state: EditorState, { start, query }: Word): Step {
  const { popup, nextId: id } = state;
  if (popup?.kind === 'mention' && popup.start === start && popup.query === query) return step(state);
  const old = popup?.kind === 'mention' && popup.start === start ? popup.proposals : [];
  const proposals = old.filter(({ text }) => matchLetters(query, text) !== null);
  const asking: Popup = { kind: 'mention', start, query, proposals, selected: 0, asked: id };
  const next = { ...state, nextId: id + 1, dismissed: null, popup: asking };
  return step(next, { kind: 'find-mentions', id, query });
}

function without(state: EditorState, dismissed: number | null): EditorState {
  return state.popup === null && state.dismissed === dismissed ? state : { ...state, popup: null, dismissed };
}
