import { runCommand } from './commands/run-command.ts';
import { runOwn } from './own-command.ts';
import type { Screen } from './screen-context.tsx';
import type { CommandContext, Submission } from './slots.ts';
import type { Terminal } from './use-terminal.ts';

export interface Submitting {
  screen: Screen;
  terminal: Terminal;
  leave(): void;
  putDraft(text: string): void;
}

/** What was typed goes where it belongs. */
export async function submit(submission: Submission, submitting: Submitting): Promise<void> {
  const { client } = submitting.screen;
  switch (submission.kind) {
    case 'own':
      return runOwn(submission.line, submission.isTold, submitting);
    case 'command':
      return runCommand(submission.line, contextOf(submitting));
    case 'prompt':
      return submission.how === 'steer' ? client.steer(submission.text) : client.say(submission.text);
  }
}

function contextOf({ screen, leave, putDraft }: Submitting): CommandContext {
  const { client, store, stdout } = screen;
  return {
    client,
    state: store.get,
    dispatch: store.dispatch,
    show: (item) => store.dispatch({ kind: 'shown', item }),
    draft: putDraft,
    write: (sequence) => void stdout.write(sequence),
    leave,
  };
}
