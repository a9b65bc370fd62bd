import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../src/tui/editor/editor.tsx';
import { createKeyRelay } from '../../../src/tui/key-relay.ts';
import type { EditorProps, Submission } from '../../../src/tui/slots.ts';
import { createFakeClient, type FakeClient, type FakeProgram } from '../../fakes/client.ts';
import { soon, textShown } from '../support.ts';
import { COMMANDS } from './editing.ts';

afterEach(cleanup);

interface Shown {
  client: FakeClient;
  asked: (Submission | string)[];
  relay: ReturnType<typeof createKeyRelay>;
  screen(): string;
  /** One read of the terminal's input. */
  read(chunk: string): void;
  again(over: Partial<EditorProps>): void;
}

async function show(over: Partial<EditorProps> = {}, program: FakeProgram = {}): Promise<Shown> {
  const client = createFakeClient(program);
  const asked: Shown['asked'] = [];
  const relay = createKeyRelay();
  const props: EditorProps = {
    client,
    isFocused: true,
    columns: 60,
    maxRows: 6,
    isWorking: false,
    waiting: [],
    commands: COMMANDS,
    relay,
    draft: { text: '', number: 0 },
    onSubmit: (submission) => asked.push(submission),
    onInterrupt: () => asked.push('interrupt'),
    onLeave: () => asked.push('leave'),
    onRewind: () => asked.push('rewind'),
    onCycleMode: () => asked.push('cycle-mode'),
    onRedraw: () => asked.push('redraw'),
    onSuspend: () => asked.push('suspend'),
    onTrouble: (error) => asked.push(`trouble: ${String(error)}`),
    lendTerminal: (use) => use(),
    ...over,
  };
  const shown = render(<Editor {...props} />);
  const { stdin, rerender } = shown;
  // Effects, in which it begins to listen, run after the first frame.
  await soon(() => expect(stdin.listenerCount('readable')).toBe(over.isFocused === false ? 0 : 1));
  return {
    client,
    asked,
    relay,
    screen: () => textShown(shown),
    read: (chunk) => stdin.write(chunk),
    again: (more) => rerender(<Editor {...{ ...props, ...over, ...more }} />),
  };
}

describe('the editor in a terminal', () => {
  it('drops no key of a thousand that come one by one', async () => {
    const { read, screen, asked } = await show({ columns: 256 });
    const text = Array.from({ length: 1000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    for (const letter of text) read(letter);
    await soon(() => expect(screen()).toContain(text.slice(-20)));
    read('\r');
    expect(asked).toEqual([{ kind: 'prompt', text, how: 'say' }]);
  });

  it('takes several keys that come in one read one after the other', async () => {
    const { read, asked } = await show();
    read('one two\x17three\x01zero \x05!\r');
    expect(asked).toEqual([{ kind: 'prompt', text: 'zero one three!', how: 'say' }]);
  });

  it.each([
    ['ctrl+j', '\n'],
    ['alt+enter', '\x1b\r'],
    ['shift+enter of kitty', '\x1b[13;2u'],
    ['ctrl+enter of kitty', '\x1b[13;5u'],
    ['ctrl+j of kitty', '\x1b[106;5u'],
    ['a backslash and enter', '\\\r'],
  ])('breaks the line with %s', async (_name, keys) => {
    const { read, asked } = await show();
    for (const chunk of ['a', ...(keys.startsWith('\\') ? ['\\', '\r'] : [keys]), 'b', '\r']) read(chunk);
    expect(asked).toEqual([{ kind: 'prompt', text: 'a\nb', how: 'say' }]);
  });

  it.each([
    ['ctrl+_', 'a b|\x1f', 'a '],
    ['ctrl+/ of kitty', 'a b|\x1b[47;5u', 'a '],
    ['alt+b', 'one two|\x1bb|x', 'one xtwo'],
    ['ctrl+left', 'one two|\x1b[1;5D|x', 'one xtwo'],
    ['home and end', 'ab|\x1b[H|x|\x1b[F|y', 'xaby'],
    ['home and end of vt220', 'ab|\x1b[1~|x|\x1b[4~|y', 'xaby'],
    ['delete', 'ab|\x1b[D|\x1b[3~', 'a'],
    ['alt+backspace', 'one two|\x1b\x7f', 'one '],
    ['backspaces in one read', 'abc|\x7f\x7f', 'a'],
    ['ctrl+k and ctrl+y', 'ab|\x01|\x0b|\x19|\x19', 'abab'],
    ['releases of kitty', '\x1b[97;1:1u|\x1b[97;1:3u', 'a'],
  ])('knows %s', async (_name, keys, expected) => {
    const { read, asked } = await show();
    for (const chunk of keys.split('|')) for (const piece of splitLetters(chunk)) read(piece);
    read('\x05');
    read('.\r');
    expect(asked).toEqual([{ kind: 'prompt', text: `${expected}.`, how: 'say' }]);
  });

  it('never sends a paste, marked or not', async () => {
    const { read, screen, asked } = await show();
    read('\x1b[200~rm -rf x\rreboot\r\x1b[201~');
    await soon(() => expect(screen()).toContain('reboot'));
    read('one\rtwo\r');
    read('\r');
    await soon(() => expect(screen()).toContain('two'));
    expect(asked).toEqual([]);
  });

  it('asks for mentions one question at a time, and shows only the newest answer', async () => {
    const answers: { query: string; resolve(texts: string[]): void }[] = [];
    const { read, screen, client, again } = await show();
    client.mentions = (query) =>
      new Promise((resolve) =>
        answers.push({
          query,
          resolve: (texts) => resolve(texts.map((text) => ({ text, kind: 'unit', note: 'active' }))),
        }),
      );
    again({ client });
    for (const letter of '@ngi') read(letter);
    expect(answers.map(({ query }) => query)).toEqual(['']);
    answers[0]?.resolve(['@unit:old']);
    await soon(() => expect(answers.map(({ query }) => query)).toEqual(['', 'ngi']));
    expect(screen()).not.toContain('@unit:old');
    answers[1]?.resolve(['@unit:nginx.service']);
    await soon(() => expect(screen()).toContain('@unit:nginx.service  active'));
    read('\t');
    await soon(() => expect(screen()).toContain('❯ @unit:nginx.service'));
  });

  it('weighs an own command, and runs it when there is nothing to say', async () => {
    const { read, asked, client } = await show();
    read('!!uptime\r');
    await soon(() => expect(asked).toEqual([{ kind: 'own', line: 'uptime', isTold: false }]));
    expect(client.asked).toEqual([
      ['warnOfOwn', 'uptime'],
      ['remember', '!!uptime'],
    ]);
  });

  it('does not refuse an own command that cannot be weighed, and says so', async () => {
    const client = createFakeClient();
    client.warnOfOwn = async () => {
      throw new Error('no policy');
    };
    const { read, screen, asked } = await show({ client });
    read('!uptime\r');
    await soon(() => expect(screen()).toContain('what this would do cannot be told: no policy'));
    await soon(() => {
      read('\r');
      expect(asked).toEqual([{ kind: 'own', line: 'uptime', isTold: true }]);
    });
  });

  it('brings earlier prompts, and what waits', async () => {
    const { read, screen, again, client } = await show({}, { history: ['earlier', 'latest'] });
    await soon(() => {
      read('\x1b[A');
      expect(screen()).toContain('❯ earlier');
    });
    client.unqueue = () => 'taken back';
    again({ isWorking: true, waiting: ['taken back'], client });
    read('\x1b[A');
    await soon(() => expect(screen()).toContain('taken back'));
  });

  it('steers with Enter and waits with Tab while a turn works', async () => {
    const { read, asked } = await show({ isWorking: true });
    read('stop that\r');
    read('then this\t');
    read('\x1b');
    await soon(() => expect(asked).toHaveLength(3));
    expect(asked).toEqual([
      { kind: 'prompt', text: 'stop that', how: 'steer' },
      { kind: 'prompt', text: 'then this', how: 'say' },
      'interrupt',
    ]);
  });

  it('hands the whole text to the editor of the operator, pastes opened', async () => {
    const client = createFakeClient();
    client.editText = async (text) => `${text}\nedited\n`;
    const { read, screen } = await show({ client });
    read('\x1b[200~1\n2\n3\n4\x1b[201~');
    read('\x07');
    await soon(() => expect(screen()).toContain('edited'));
    expect(screen()).not.toContain('[pasted');
  });

  it('says when there is no editor, and keeps the text', async () => {
    const client = createFakeClient();
    client.editText = async () => {
      throw new Error('no editor');
    };
    const { read, screen, asked } = await show({ client });
    read('text\x07');
    await soon(() => expect(asked).toEqual(['trouble: Error: no editor']));
    expect(screen()).toContain('❯ text');
  });

  it('listens to no key while something else has them, and gets what was not meant for that', async () => {
    const { read, screen, relay, again } = await show({ isFocused: false });
    read('lost');
    relay.send({ kind: 'press', press: { input: 'k', key: {} } });
    relay.send({ kind: 'paste', text: 'ept' });
    await soon(() => expect(screen()).toContain('❯ kept'));
    again({ isFocused: true });
    expect(screen()).not.toContain('lost');
  });

  it('puts a prompt that was gone back to in place of the text', async () => {
    const { read, screen, again } = await show();
    read('half');
    again({ draft: { text: 'an earlier prompt', number: 1 } });
    await soon(() => expect(screen()).toContain('❯ an earlier prompt'));
    read('\x1f');
    await soon(() => expect(screen()).toContain('❯ half'));
  });

  it.each([
    ['\x1b[Z', 'cycle-mode'],
    ['\x0c', 'redraw'],
    ['\x1a', 'suspend'],
    ['\x03\x03', 'leave'],
    ['\x04\x04', 'leave'],
    ['\x1b\x1b|', 'rewind'],
  ])('asks the session with %j to %s', async (keys, expected) => {
    const { read, asked } = await show();
    read(keys.replace('|', ''));
    await soon(() => expect(asked).toEqual([expected]));
  });
});

/** As a person types: one read for each letter, but one for a sequence. */
function splitLetters(chunk: string): string[] {
  return /^[ -~]*$/.test(chunk) ? Array.from(chunk) : [chunk];
}
