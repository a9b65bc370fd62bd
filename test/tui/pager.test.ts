import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { openableRows, textOfLine, transcriptRows } from '../../src/tui/pager/pages.ts';
import { pressesOf, pressKey } from '../../src/tui/pager/press.ts';
import { highlight, move, PAGER_START, placesIn, search } from '../../src/tui/pager/state.ts';
import { type Row, span } from '../../src/tui/rows/row.ts';
import { called, closed, fenced, opened, replied } from '../fakes/conversation.ts';
import { frame, textOf } from './support.ts';

const rows: Row[] = Array.from({ length: 100 }, (_, n) => [span(`line ${n}`)]);

describe('the pager', () => {
  it('moves by rows, halves and pages, and never past an end', () => {
    const down = move(PAGER_START, 'page-down', 100, 20);
    expect(down.top).toBe(19);
    expect(move(down, 'half-down', 100, 20).top).toBe(29);
    expect(move(down, 'end', 100, 20).top).toBe(80);
    expect(move({ ...down, top: 79 }, 'page-down', 100, 20).top).toBe(80);
    expect(move(down, 'start', 100, 20).top).toBe(0);
    expect(move(PAGER_START, 'up', 100, 20).top).toBe(0);
    expect(move(PAGER_START, 'down', 5, 20).top).toBe(0);
  });

  it('finds forwards and backwards and round the end', () => {
    const at = search({ ...PAGER_START, sought: 'line 5' }, rows, 20);
    expect(at.top).toBe(5);
    expect(search(at, rows, 20).top).toBe(50);
    expect(search({ ...at, top: 59 }, rows, 20).top).toBe(5);
    expect(search(at, rows, 20, true).top).toBe(59);
    expect(search({ ...at, sought: 'nowhere' }, rows, 20)).toMatchObject({ top: 5, isMissing: true });
  });

  it('presses one after the other what came in one go', () => {
    const around = { rows, height: 20, hasEarlier: false };
    let state = PAGER_START;
    for (const press of pressesOf('/line 5\rn', {} as Key)) state = pressKey(state, press, around).state;
    expect(state).toEqual({ top: 50, query: null, sought: 'line 5', isMissing: false });
    expect(pressesOf('c', { ctrl: true } as Key)).toEqual([{ input: 'c', key: { ctrl: true } }]);
  });

  it('asks for what is before the first row when somebody goes on up', () => {
    const around = { rows, height: 20, hasEarlier: true };
    const up = { input: 'k', key: {} };
    expect(pressKey(PAGER_START, up, around).act).toBe('earlier-lines');
    expect(pressKey({ ...PAGER_START, top: 1 }, up, around).act).toBe(null);
    expect(pressKey({ ...PAGER_START, query: 'a' }, up, around)).toMatchObject({
      state: { query: 'ak' },
      act: null,
    });
  });

  it('stays where it is when a search finds nothing', () => {
    const sought = pressKey(
      { ...PAGER_START, query: 'nowhere' },
      { input: '', key: { return: true } },
      { rows, height: 20, hasEarlier: false },
    );
    expect(sought.state).toMatchObject({ top: 0, isMissing: true });
  });

  it('minds case only where the search does', () => {
    expect(placesIn('Nginx nginx', 'nginx')).toEqual([
      [0, 5],
      [6, 11],
    ]);
    expect(placesIn('Nginx nginx', 'Nginx')).toEqual([[0, 5]]);
    expect(placesIn('anything', '')).toEqual([]);
  });

  it('marks what was found across pieces of a row', () => {
    const row = [span('sys', 'dim'), span('temd runs')];
    expect(highlight(row, 'system')).toEqual([span('sys', 'match'), span('tem', 'match'), span('d runs')]);
  });

  it('shows output as it is, a diff with its numbers and thinking as prose', () => {
    expect(textOf(openableRows('output', 'a\tb\n\u001b[31mc', frame(40)))).toBe('a    b\nc');
    expect(textOf(openableRows('diff', '@@ line 1 @@\n-a', frame(40)))).toBe('@@ line 1 @@\n  1 - a');
    expect(textOf(openableRows('thinking', '**so**', frame(40)))).toBe('so');
  });

  it('reads what is no longer at hand from the line of the log', () => {
    const line = (event: Parameters<typeof textOfLine>[0]['event']) => ({
      seq: 7,
      time: '',
      event,
      prev: '',
      hash: '',
    });
    expect(textOfLine(line(called('C1', 'Bash', {}, { text: fenced('C1', 'the output') })), 'output')).toBe(
      'the output',
    );
    expect(textOfLine(line(replied('x', { thinking: 'hm' })), 'thinking')).toBe('hm');
    expect(textOfLine(line(closed()), 'output')).toBe(null);
  });

  it('shows a log as it was on the screen', () => {
    const lines = [opened('why?'), replied('Because.'), closed({ turns: 1 })].map((event, n) => ({
      seq: n + 1,
      time: '2026-11-21T03:00:00.000Z',
      event,
      prev: '',
      hash: '',
    }));
    expect(textOf(transcriptRows(lines, frame(60)))).toBe(`❯ why?

● Because.

✓ reported · 1 turn · 8.8k tokens · $0.02 · 18s`);
  });
});
