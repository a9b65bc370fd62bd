import { render } from 'ink-testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Answer, Answered, Question } from '../../../src/protocol/question.ts';
import { AskDialog } from '../../../src/tui/ask/ask-dialog.tsx';
import { textShown } from '../support.ts';
import { FETCH, LONG, RESTART } from './questions.ts';

const ENTER = '\r';
const ESC = '\u001b';
const DOWN = '\u001b[B';

interface Shown {
  frame(): string;
  shows(text: string): Promise<void>;
  press(...keys: string[]): Promise<void>;
  rest(): Promise<void>;
  told: string[];
}

const open: { unmount(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.unmount();
  vi.useRealTimers();
});

function show(
  question: Question,
  room = { columns: 80, rows: 21 },
  answered: () => Promise<Answered> = accept,
): Shown {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  const told: string[] = [];
  const client = {
    answer: async (id: string, answer: Answer) => {
      told.push(`${id} ${JSON.stringify(answer)}`);
      return answered();
    },
    explain: async (line: string) => `why: ${line}`,
    interrupt: () => void told.push('interrupted'),
  };
  const screen = render(
    <AskDialog
      client={client}
      question={question}
      waiting={0}
      isFocused
      columns={room.columns}
      maxRows={room.rows}
      onTyped={({ input, key }) => told.push(`typed ${key.return === true ? 'Enter' : input}`)}
      onPasted={(text) => told.push(`pasted ${text}`)}
      onTrouble={(error) => told.push(String(error))}
    />,
  );
  open.push(screen);
  return {
    told,
    frame: () => textShown(screen),
    shows: (text) => vi.waitFor(() => expect(textShown(screen)).toContain(text), { timeout: 10_000 }),
    async press(...keys) {
      for (const key of keys) {
        screen.stdin.write(key);
        await vi.advanceTimersByTimeAsync(50);
      }
    },
    async rest() {
      await vi.advanceTimersByTimeAsync(800);
    },
  };
}

async function accept(): Promise<Answered> {
  return { kind: 'accepted', rule: null };
}

describe('the question on the screen', () => {
  it('takes no answer in its first moment, and gives what is typed to the prompt', async () => {
    const dialog = show(RESTART);
    await dialog.press('1', ENTER);
    expect(dialog.told).toEqual(['typed 1', 'typed Enter']);
    await dialog.shows('typing goes to the prompt');
  });

  it('can be answered when it has rested', async () => {
    const dialog = show(RESTART);
    await dialog.shows('one moment');
    await dialog.rest();
    await dialog.press(DOWN);
    await dialog.shows('❯ 1  Allow once');
    await dialog.press(ENTER);
    expect(dialog.told).toEqual(['Q1 {"kind":"once"}']);
  });

  it('rests again after each letter that is typed', async () => {
    const dialog = show(RESTART);
    for (const letter of 'restart it later') await dialog.press(letter);
    await dialog.press(DOWN, ENTER);
    expect(dialog.told.filter((line) => line.startsWith('Q1'))).toEqual([]);
    await dialog.rest();
    await dialog.press(DOWN, ENTER);
    expect(dialog.told.at(-1)).toBe('Q1 {"kind":"once"}');
  });

  it('is not answered by a paste, with its marks or without', async () => {
    const dialog = show(RESTART);
    await dialog.rest();
    await dialog.press(`${ESC}[200~1\r${ESC}[201~`);
    await dialog.rest();
    await dialog.press('1\r\r');
    expect(dialog.told).toEqual(['pasted 1\r', 'typed 1']);
  });

  it('shows all keys of one read in order', async () => {
    const dialog = show(RESTART);
    await dialog.rest();
    await dialog.press(`${DOWN}${DOWN}${DOWN}`);
    await dialog.shows('❯ 3  Deny');
  });

  it('tells the model why not', async () => {
    const dialog = show(RESTART);
    await dialog.rest();
    await dialog.press('\t', ...'wait', ENTER);
    expect(dialog.told).toEqual(['Q1 {"kind":"deny","comment":"wait"}']);
  });

  it('explains, and comes back', async () => {
    const dialog = show(RESTART);
    await dialog.rest();
    await dialog.press('5', ENTER);
    await dialog.shows('why: sudo systemctl restart postgresql.service');
    await dialog.press(ENTER);
    await dialog.shows('5  Explain');
    expect(dialog.told).toEqual([]);
  });

  it('stops the work with Esc', async () => {
    const dialog = show(RESTART);
    await dialog.rest();
    await dialog.press(ESC);
    expect(dialog.told).toEqual(['interrupted']);
  });

  it('says when the answer came too late, and opens again when it did not arrive', async () => {
    const late = show(RESTART, { columns: 80, rows: 21 }, async () => ({ kind: 'too-late', rule: null }));
    await late.rest();
    await late.press('3', ENTER);
    expect(late.told.at(-1)).toContain('too late');
    const lost = show(RESTART, { columns: 80, rows: 21 }, () => Promise.reject(new Error('no way')));
    await lost.rest();
    await lost.press('3', ENTER, ENTER);
    expect(lost.told.filter((line) => line.startsWith('Q1')).length).toBe(2);
  });

  it.each([
    [40, 7],
    [80, 21],
    [200, 57],
  ])('stays within %i×%i, whatever it asks', async (columns, rows) => {
    for (const question of [RESTART, FETCH, LONG]) {
      const dialog = show(question, { columns, rows });
      await dialog.rest();
      expect(dialog.frame().split('\n').length).toBeLessThanOrEqual(rows);
      await dialog.press('\u001b[6~', DOWN, DOWN);
      expect(dialog.frame().split('\n').length).toBeLessThanOrEqual(rows);
    }
  });
});
