import { BINDINGS, type EditCommand, sayChord } from './keymap.ts';

/** Of `docs/reference/keys.md`. */
export function keysReference(): string {
  const rows = BINDINGS.map(({ chords, command }) => {
    const keys = chords.map((chord) => `\`${sayChord(chord)}\``).join(' ');
    return `| ${keys.replaceAll('|', '\\|')} | ${MEANINGS[command]} |`;
  });
  return `# Keys

Made by \`npm run docs\` from \`src/tui/editor/keymap.ts\`. \`Shift+⏎\` needs a terminal that tells it from \`⏎\` (the kitty
keyboard protocol); \`\\\` before \`⏎\` breaks the line everywhere.

| keys | |
| --- | --- |
${rows.join('\n')}

At the start of a prompt \`!\` runs a command of your own and tells the model of it, \`!!\` does not tell; \`/\` is a command;
\`@\` names a file, a unit, a job, a host or a service; \`?\` on nothing lists the keys. A paste of more than 3 lines or 500
letters stands as one word until \`Tab\` opens it, and no paste is ever sent without \`⏎\`.
`;
}

const MEANINGS: Record<EditCommand, string> = {
  send: 'send; while a turn works, to the model at its next step',
  newline: 'new line',
  left: 'a letter back',
  right: 'a letter on',
  up: 'a row up; from the first one, what waits comes back, then earlier prompts',
  down: 'a row down; from the last one, later prompts',
  'word-left': 'a word back',
  'word-right': 'a word on',
  'row-start': 'to the start of the row',
  'row-end': 'to the end of the row',
  'line-start': 'to the start of the line',
  'line-end': 'to the end of the line',
  'text-start': 'to the start',
  'text-end': 'to the end',
  'page-up': 'a window up in a long text',
  'page-down': 'a window down',
  'delete-back': 'delete the letter before the cursor',
  delete: 'delete the letter at the cursor',
  'kill-line': 'cut to the end of the line',
  'kill-line-back': 'cut to the start of the line',
  'kill-word': 'cut to the end of the word',
  'kill-word-back': 'cut to the start of the word',
  'kill-blank-word-back': 'cut back to a blank',
  yank: 'put back what was cut',
  'yank-pop': 'in its place what was cut before that',
  undo: 'undo',
  redo: 'do again what was undone',
  transpose: 'swap the letters around the cursor',
  tab: 'take a proposal; open a paste; while a turn works, send after its end',
  escape: 'close what is open; interrupt; twice, clear, or go back to an earlier prompt',
  leave: 'interrupt; clear; twice on nothing, leave',
  'leave-or-delete': 'delete the letter at the cursor; twice on nothing, leave',
  search: 'search earlier prompts; again for an older one',
  'open-editor': 'edit in `$VISUAL` or `$EDITOR`',
  stash: 'put the prompt aside until another was sent',
  redraw: 'clear the screen',
  'cycle-mode': 'the next permission mode; never one that does not ask',
  suspend: 'to the shell, until `fg`',
};
