import { runOwn } from './own-command.ts';
import type { Screen } from './screen-context.tsx';
import type { CommandContext, RunCommand } from './slots.ts';
import type { Terminal } from './use-terminal.ts';

export interface Submitting {
  screen: Screen;
  terminal: Terminal;
  leave(): void;
  putDraft(text: string): void;
}

/** What was typed goes where its first letter says. */
export async function submit(text: string, how: 'say' | 'steer', submitting: Submitting): Promise<void> {
  const { client } = submitting.screen;
  const bare = text.trim();
  if (bare === '') return;
  client.remember(text);
  if (bare.startsWith('!')) {
    const isTold = !bare.startsWith('!!');
    const line = bare.slice(isTold ? 1 : 2).trim();
    if (line !== '') await runOwn(line, isTold, submitting);
  } else if (/^\/[a-z]/.test(bare)) await runCommand(bare, contextOf(submitting));
  else if (how === 'steer') client.steer(text);
  else client.say(text);
}

function contextOf({ screen, leave, putDraft }: Submitting): CommandContext {
  const { client, store } = screen;
  return {
    client,
    state: store.get,
    dispatch: store.dispatch,
    show: (item) => store.dispatch({ kind: 'shown', item }),
    draft: putDraft,
    leave,
  };
}

/** Until src/tui/commands is there. */
const runCommand: RunCommand = async (text, context) => {
  if (text === '/exit' || text === '/quit') context.leave();
  else context.show({ kind: 'notice', level: 'trouble', text: `${text} is not known`, hint: null });
};
