import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveRows } from '../../../src/tui/transcript/live-rows.ts';
import { ANSWER, closed, replied, requested } from '../../fakes/conversation.ts';
import { delta, frame, happened, type Paper, paper, paperText, tell, textOf } from '../support.ts';

const SIZE = { columns: 60, rows: 16 };

describe('an answer that streams', () => {
  it('is printed as the one that comes whole, wherever it was cut', () => {
    fc.assert(
      fc.property(markdown(), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (text, cuts) => {
        expect(paperText(finish(stream(text, cuts), text))).toBe(paperText(whole(text)));
      }),
      { numRuns: 100 },
    );
  });

  it('is printed whole when it never ends', () => {
    fc.assert(
      fc.property(markdown(), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (text, cuts) => {
        const ended = tell(
          stream(text, cuts),
          happened(closed({ outcome: 'stopped', reason: 'interrupted' })),
        );
        const letters = paperText(ended).replaceAll(/[\s●⎿▲·]/g, '');
        const expected = paperText(whole(text)).replaceAll(/[\s●⎿▲·]/g, '');
        expect(letters.startsWith(expected)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('prints what is finished while the rest still comes', () => {
    const half = ANSWER.slice(0, ANSWER.indexOf('What I would do'));
    const streamed = stream(half, [7]);
    expect(paperText(streamed)).toContain('PostgreSQL cannot write its WAL and stops.');
    expect(paperText(streamed)).not.toContain('FATAL');
    expect(live(streamed, 10)).toContain('FATAL');
  });

  it.each([
    ['code', `\`\`\`sh\n${Array.from({ length: 1000 }, (_, n) => `echo ${n}`).join('\n')}\n`],
    ['a list', Array.from({ length: 1000 }, (_, n) => `- item ${n}, which says a little more`).join('\n')],
    ['one paragraph', Array.from({ length: 5000 }, (_, n) => `word${n}`).join(' ')],
    ['paragraphs', Array.from({ length: 1000 }, (_, n) => `paragraph ${n}`).join('\n\n')],
  ])('holds back no more than a window of a thousand lines of %s', (_what, text) => {
    const streamed = stream(text, [400]);
    const waiting = textOf(
      liveRows(streamed.state.transcript, { ...frame(SIZE.columns), rows: 10_000 }, { ms: 0, picture: null }),
    );
    expect(waiting.split('\n').length).toBeLessThanOrEqual(SIZE.rows);
    expect(paperText(finish(streamed, text))).toBe(paperText(whole(text)));
  });

  it('shows the end of a long table until it can be laid out, and then all of it', () => {
    const rows = Array.from({ length: 200 }, (_, n) => `| host${n} | ${n} % |`).join('\n');
    const text = `| host | full |\n| --- | --- |\n${rows}\n`;
    const streamed = stream(text, [100]);
    expect(paperText(streamed)).toBe('');
    expect(live(streamed, 5).split('\n').at(-1)).toContain('host199');
    expect(paperText(finish(streamed, text))).toContain('host0');
  });

  it('marks an answer that was given up, and prints the next one after it', () => {
    let screen = tell(paper(SIZE), happened(requested()), delta('The first try says thi'));
    screen = tell(screen, happened(requested()), delta('The second'));
    screen = tell(screen, happened(replied('The second one is whole.')));
    expect(paperText(screen)).toBe(`
● The first try says thi
  ⎿ the answer was cut off; asked again

● The second one is whole.`);
  });

  it('follows the log when what streamed was something else', () => {
    let screen = tell(paper(SIZE), delta('One thing.\n\nAnd'), delta(' more\n\nstill'));
    screen = tell(screen, happened(replied('Another thing.')));
    expect(paperText(screen)).toBe(`
● One thing.

  And more
  ⎿ here is what was kept

● Another thing.`);
  });

  it('takes no longer for each update when the answer is long', () => {
    const text = Array.from({ length: 400 }, (_, n) => `Paragraph ${n} of a long answer.`).join('\n\n');
    const streamed = stream(text, [50]);
    expect(streamed.state.transcript.reply?.rest.length).toBeLessThan(200);
  });
});

function stream(text: string, cuts: readonly number[]): Paper {
  let screen = tell(paper(SIZE), happened(requested()));
  let at = 0;
  for (let n = 0; at < text.length; n++) {
    const length = cuts[n % cuts.length] ?? 1;
    screen = tell(screen, delta(text.slice(at, at + length)));
    at += length;
  }
  return screen;
}

function finish(screen: Paper, text: string): Paper {
  return tell(screen, happened(replied(text)));
}

function whole(text: string): Paper {
  return finish(tell(paper(SIZE), happened(requested())), text);
}

function live({ state }: Paper, rows: number): string {
  return textOf(
    liveRows(
      { ...state.transcript, askedAt: null },
      { ...frame(SIZE.columns), rows },
      { ms: 0, picture: null },
    ),
  );
}

/** Documents as models write them, and some as they do not. */
function markdown(): fc.Arbitrary<string> {
  const word = fc.constantFrom(
    'disk',
    'is',
    '`df -P`',
    '**full**',
    '*now*',
    '日本語',
    'a_b',
    'x*y',
    '[log](http://a/b)',
    '1.',
    '-',
  );
  const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));
  const paragraph = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
  const long = fc.array(word, { minLength: 100, maxLength: 200 }).map((words) => `Long ${words.join(' ')}`);
  const list = fc
    .array(line, { minLength: 1, maxLength: 30 })
    .map((items) => items.map((item) => `- ${item}`).join('\n'));
  const ordered = fc
    .tuple(fc.integer({ min: 1, max: 90 }), fc.array(line, { minLength: 1, maxLength: 14 }))
    .map(([from, items]) => items.map((item, n) => `${from + n}. ${item}\n     - inner`).join('\n'));
  const code = fc.array(line, { maxLength: 30 }).map((lines) => `\`\`\`yaml\n${lines.join('\n')}\n\`\`\``);
  const table = fc
    .array(line, { minLength: 1, maxLength: 5 })
    .map((cells) => `| name | says |\n| --- | ---: |\n${cells.map((cell) => `| x | ${cell} |`).join('\n')}`);
  const heading = line.map((text) => `## ${text}`);
  const quote = paragraph.map((text) =>
    text
      .split('\n')
      .map((one) => `> ${one}`)
      .join('\n'),
  );
  const block = fc.oneof(
    paragraph,
    paragraph,
    long,
    list,
    ordered,
    code,
    table,
    heading,
    quote,
    fc.constant('---'),
  );
  const joint = fc.constantFrom('\n\n', '\n\n', '\n\n', '\n', '\n\n\n');
  return fc
    .array(fc.tuple(block, joint), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.map(([text, end]) => text + end).join(''));
}
