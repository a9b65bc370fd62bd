import type { Client, RunOption } from '../../app/client.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { formatAgo, formatUsd } from '../figures.ts';
import type { PickerName } from '../store/state.ts';
import { THEME_NAMES, type ThemeName } from '../theme/theme-names.ts';
import type { Entry } from './list-state.ts';

/** What a choice can bring about besides what the program does. */
export interface PickerWorld {
  client: Pick<
    Client,
    'approvals' | 'runs' | 'open' | 'models' | 'setModel' | 'rewindPoints' | 'rewind' | 'goals' | 'runGoal'
  >;
  now: number;
  theme: ThemeName;
  onDraft(text: string): void;
  onTheme(theme: ThemeName): void;
}

export interface PickerKind {
  title: string;
  empty: string;
  /** What Enter does, and Tab where that is something else. */
  verbs: readonly string[];
  load(world: PickerWorld): Promise<Entry[]>;
  choose(entry: Entry, isOther: boolean, world: PickerWorld): Promise<void> | void;
}

/** Runs that are listed at most; older ones are found by `/runs`. */
const MOST_RUNS = 500;

export const PICKERS: Record<PickerName, PickerKind> = {
  resume: {
    title: 'Go on with a run',
    empty: 'there is no earlier run',
    verbs: ['Enter opens'],
    load: async ({ client, now }) =>
      (await client.runs({ text: '', limit: MOST_RUNS })).map((run) => runEntry(run, now)),
    choose: ({ id }, _isOther, { client }) => client.open(id),
  },
  model: {
    title: 'Model',
    empty: 'no model can be had: see /doctor',
    verbs: ['Enter takes it from the next turn on'],
    load: async ({ client }) =>
      (await client.models()).map(({ name, place, note, isCurrent }) => ({
        id: name,
        title: name,
        notes: [place, note],
        isCurrent,
      })),
    choose: ({ id }, _isOther, { client }) => client.setModel(id),
  },
  rewind: {
    title: 'Go back to before a prompt',
    empty: 'nothing was said yet',
    verbs: ['Enter restores files too', 'Tab the conversation only'],
    load: async ({ client, now }) =>
      (await client.rewindPoints()).toReversed().map(({ id, prompt, at, files }) => ({
        id,
        title: prompt,
        notes: [formatAgo(now - at), filesNote(files)],
      })),
    async choose({ id }, isOther, { client, onDraft }) {
      const { prompt } = await client.rewind(id, { files: !isOther });
      onDraft(prompt);
    },
  },
  goals: {
    title: 'Work on a goal',
    empty: 'there is no goal',
    verbs: ['Enter runs it', 'Tab writes it out'],
    load: async ({ client }) =>
      (await client.goals()).map(({ name, description }) => ({
        id: name,
        title: name,
        notes: [description],
      })),
    choose({ id }, isOther, { client, onDraft }) {
      if (isOther) onDraft(`/goals ${id} `);
      else client.runGoal(id, {});
    },
  },
  approvals: {
    title: 'Waits for a yes',
    empty: 'nothing waits for an answer',
    verbs: ['Enter writes out how to see it'],
    load: async ({ client, now }) =>
      (await client.approvals()).map(({ id, title, target, effect, expiresAt }) => ({
        id,
        title,
        notes: [effect, target, `${Math.max(0, Math.ceil((expiresAt - now) / 3_600_000))} h left`],
      })),
    choose: ({ id }, _isOther, { onDraft }) => onDraft(`/approvals ${id}`),
  },
  theme: {
    title: 'Colours of the screen',
    empty: '',
    verbs: ['Enter takes it for this session', 'screen.theme in the settings keeps it'],
    load: async ({ theme }) =>
      THEME_NAMES.map((name) => ({
        id: name,
        title: name,
        notes: [THEME_NOTES[name]],
        isCurrent: name === theme,
      })),
    choose({ id }, _isOther, { onTheme }) {
      const chosen = THEME_NAMES.find((name) => name === id);
      if (chosen !== undefined) onTheme(chosen);
    },
  },
};

const THEME_NOTES: Record<ThemeName, string> = {
  terminal: "the terminal's own colours",
  light: 'for a light background',
  dark: 'for a dark background',
  ansi: 'eight colours, nothing faint or slanted',
};

/** What cannot be chosen says why. */
export async function choose(
  kind: PickerKind,
  entry: Entry,
  isOther: boolean,
  world: PickerWorld,
): Promise<void> {
  if (entry.missing != null) throw new OpsError('not-choosable', 'input', entry.missing);
  await kind.choose(entry, isOther, world);
}

function runEntry(
  { run, name, title, at, outcome, costUsd, owner, isResumable }: RunOption,
  now: number,
): Entry {
  const notes = [
    formatAgo(now - at),
    owner === 'system' ? "system's" : '',
    outcome,
    costUsd === null ? '' : formatUsd(costUsd),
  ];
  const missing = isResumable ? null : 'this run can be read, not gone on with: /runs shows it';
  return { id: run, title: name ?? title, notes, missing };
}

function filesNote(files: readonly string[]): string {
  if (files.length === 0) return '';
  return files.length === 1 ? '1 file' : `${files.length} files`;
}
