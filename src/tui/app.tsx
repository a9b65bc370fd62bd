import { Box, useApp, useInput, useWindowSize } from 'ink';
import { useCallback, useEffect, useState } from 'react';
import { AskDialog } from './ask/ask-dialog.tsx';
import { useCommandEntries } from './commands/use-command-entries.ts';
import { Editor } from './editor/editor.tsx';
import { createKeyRelay } from './key-relay.ts';
import { modeAfter } from './mode-after.ts';
import { openPager } from './pager/open-pager.tsx';
import { FindingsPanel } from './panel/findings-panel.tsx';
import { Picker } from './pickers/picker.tsx';
import { useDepth } from './rows/depth-context.ts';
import { useScreen, useScreenState } from './screen-context.tsx';
import { StatusLine } from './status/status-line.tsx';
import { focusOf } from './store/state.ts';
import { submit } from './submit.ts';
import { suspendProcess } from './suspend-process.ts';
import { useTheme } from './theme/theme-context.tsx';
import { Live } from './transcript/live.tsx';
import { Printed } from './transcript/printed.tsx';
import { troubleOf } from './trouble.ts';
import { allPrinted, useTerminal } from './use-terminal.ts';

/** From the top, with nothing on it: Ctrl+L, as in a shell. */
const CLEAR = '\u001b[H\u001b[2J\n';

/**
 * The whole screen. Below what is printed it is never as tall as the window: a taller one would have to be cleared. Nor
 * does it begin in the first row: what is erased from there tmux takes for the whole screen, and puts into the history.
 */
export function App() {
  const screen = useScreen();
  const { client, store, now } = screen;
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const focus = useScreenState(focusOf);
  const status = useScreenState((state) => state.status);
  const panel = useScreenState((state) => state.panel);
  const isPanelOpen = useScreenState((state) => state.isPanelOpen);
  const questions = useScreenState((state) => state.questions);
  const picker = useScreenState((state) => state.picker);
  const queue = useScreenState((state) => state.queue);
  const [draft, setDraft] = useState({ text: '', number: 0 });
  const [isLeaving, setLeaving] = useState(false);
  const leave = useCallback(() => setLeaving(true), []);
  useEffect(() => {
    if (!isLeaving) return;
    // With the last word of a turn that has just ended.
    store.flush();
    allPrinted(screen).then(() => exit(), exit);
  }, [isLeaving, exit, screen, store]);
  const putDraft = useCallback(
    (text: string) => setDraft(({ number }) => ({ text, number: number + 1 })),
    [],
  );
  const tellTrouble = useCallback(
    (error: unknown) => store.dispatch({ kind: 'shown', item: troubleOf(error) }),
    [store],
  );
  const terminal = useTerminal();
  const [relay] = useState(createKeyRelay);
  const commands = useCommandEntries(client);
  const theme = useTheme();
  const depth = useDepth();
  useEffect(() => store.dispatch({ kind: 'resized', size: { columns, rows } }), [store, columns, rows]);
  useInput(
    (input, key) => {
      if (key.ctrl && input === 'o') void openPager({ screen, terminal, theme, depth });
      if (key.ctrl && input === 't') store.dispatch({ kind: 'panel-toggled' });
    },
    { isActive: focus === 'editor' || focus === 'question' },
  );

  const [question] = questions;
  // Else it stays, with what is written in it, as a line: what is typed ahead of a question goes there.
  const isEditorAlone = question === undefined && picker === null;
  const room = Math.max(1, rows - 2);
  const statusRows = rows < 16 ? 1 : 2;
  const shared = { client, columns, now };
  // What was said stays in the terminal; a prompt that nobody reads does not.
  if (isLeaving) return <Printed columns={columns} />;
  return (
    <>
      <Printed columns={columns} />
      <Box flexDirection="column" maxHeight={room}>
        <Live columns={columns} rows={room} />
        <Box flexDirection="column" flexShrink={0} marginTop={rows < 16 ? 0 : 1}>
          {panel !== null && isEditorAlone && (
            <FindingsPanel
              {...shared}
              panel={panel}
              isOpen={isPanelOpen}
              maxRows={rows < 16 ? 1 : Math.floor(rows / 5)}
            />
          )}
          {question !== undefined && (
            <AskDialog
              {...shared}
              key={question.id}
              question={question}
              waiting={questions.length - 1}
              isFocused={focus === 'question'}
              maxRows={room - statusRows - 1}
              onTyped={(press) => relay.send({ kind: 'press', press })}
              onPasted={(text) => relay.send({ kind: 'paste', text })}
              onTrouble={tellTrouble}
            />
          )}
          {question === undefined && picker !== null && (
            <Picker
              {...shared}
              key={picker}
              picker={picker}
              isFocused={focus === 'picker'}
              maxRows={room - statusRows - 1}
              onClose={() => store.dispatch({ kind: 'picker-closed' })}
              onDraft={putDraft}
              onTheme={(theme) => store.dispatch({ kind: 'theme-chosen', theme })}
              onTrouble={tellTrouble}
            />
          )}
          <Editor
            {...shared}
            isFocused={focus === 'editor'}
            maxRows={isEditorAlone ? Math.max(1, Math.floor(room / 2)) : 1}
            isWorking={status?.isWorking ?? false}
            waiting={queue}
            commands={commands}
            relay={relay}
            draft={draft}
            onSubmit={(submission) => {
              submit(submission, { screen, terminal, leave, putDraft }).catch(tellTrouble);
            }}
            onInterrupt={() => client.interrupt()}
            onLeave={leave}
            onRewind={() => store.dispatch({ kind: 'picker-opened', picker: 'rewind' })}
            onCycleMode={() => status !== null && client.setMode(modeAfter(status.mode))}
            onRedraw={() => void terminal.lend('editor', async () => void screen.stdout.write(CLEAR))}
            onSuspend={() => void terminal.lend('editor', suspendProcess)}
            onTrouble={tellTrouble}
            lendTerminal={(use) => terminal.lend('editor', use)}
          />
          <StatusLine {...shared} status={status} maxRows={statusRows} />
        </Box>
      </Box>
    </>
  );
}
