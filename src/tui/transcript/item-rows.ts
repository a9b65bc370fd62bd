import { printable } from '../../lib/printable.ts';
import { markdownRows } from '../markdown/blocks.ts';
import { flow } from '../rows/flow.ts';
import { cut, type Row, type Span } from '../rows/row.ts';
import { wrapExactly } from '../rows/wrap.ts';
import type { Item } from '../store/item.ts';
import { pieceRows } from './answer.ts';
import { callRows } from './call-rows.ts';
import { changeEndRows } from './change-end-rows.ts';
import { endingRows } from './ending-rows.ts';
import { bare, below, count, dotted, type Frame, marked, seconds } from './frame.ts';
import { checkRows, findingRows, reportRows } from './report-rows.ts';

/** An item as rows, none wider than `columns`, with the empty row before it that keeps it apart. */
export function itemRows(item: Item, frame: Frame): Row[] {
  // An answer's parts know best how they stand to each other.
  if (item.kind === 'text') return pieceRows(item.piece, frame);
  if (item.kind === 'plain')
    return wrapExactly([{ text: printable(item.text), style: 'text' }], frame.columns);
  const rows = bodyRows(item, frame);
  const isBelow = item.kind === 'cut-answer' || (item.kind === 'own' && item.isSeen);
  return rows.length === 0 || isBelow ? rows : [[], ...rows];
}

function bodyRows(item: Exclude<Item, { kind: 'text' | 'plain' }>, frame: Frame): Row[] {
  const { theme } = frame;
  const { glyph } = theme;
  switch (item.kind) {
    case 'prompt':
      return promptRows(item, frame);
    case 'cut-answer':
      return below([{ text: item.reason, style: 'warn' }], frame);
    case 'thinking': {
      const text = dotted([`thought for ${count(item.words, 'word')}`, 'ctrl+o'], theme);
      return marked({ text: glyph.thinking, style: 'thinking' }, [{ text, style: 'thinking' }], frame);
    }
    case 'call':
      return callRows(item.call, frame);
    case 'own':
      return ownRows(item, frame);
    case 'notice':
      return noticeRows(item, frame);
    case 'snapshot': {
      const { answered, asked, durationMs, silent } = item;
      const text = dotted([`looked at ${answered} of ${count(asked, 'thing')}`, seconds(durationMs)], theme);
      const rows = marked({ text: glyph.observe, style: 'observe' }, [{ text, style: 'dim' }], frame);
      return [
        ...rows,
        ...silent.flatMap((line) => below([{ text: `no answer: ${bare(line)}`, style: 'warn' }], frame)),
      ];
    }
    case 'findings':
      return findingRows(item, frame);
    case 'report':
      return reportRows(item.report, frame);
    case 'checks':
      return checkRows(item.checks, frame);
    case 'change':
      return changeEndRows(item, frame);
    case 'ended':
      return endingRows(item.ending, frame);
    case 'compacted': {
      const what = item.method === 'summarise' ? 'the conversation was summed up' : 'old output was left out';
      const text = `${what} (${Math.ceil(item.droppedBytes / 1024).toLocaleString('en')} KiB) to make room`;
      return marked({ text: glyph.arrow, style: 'dim' }, [{ text, style: 'dim' }], frame);
    }
    case 'rewound':
      return rewoundRows(item, frame);
    case 'opened': {
      const name = item.name ?? item.run?.slice(0, 8) ?? 'a new conversation';
      const older = item.older === 0 ? '' : `${count(item.older, 'earlier line')}: ctrl+o`;
      const text = dotted([bare(name), older], theme);
      const rule = glyph.rule.repeat(3);
      return [[{ text: cut(`${rule} ${text} ${rule}`, frame.columns), style: 'dim' }]];
    }
    case 'page': {
      const title = flow([{ text: bare(item.title), style: 'heading' }], frame.columns);
      return [...title, ...markdownRows(item.markdown, frame)];
    }
  }
}

function promptRows({ text, how }: Extract<Item, { kind: 'prompt' }>, frame: Frame): Row[] {
  const { glyph } = frame.theme;
  const mark: Span = { text: glyph.prompt, style: 'accent' };
  switch (how) {
    case 'resumed':
      return marked(mark, [{ text: 'goes on where it stopped', style: 'dim' }], frame);
    case 'goal':
      return marked(
        mark,
        [
          { text: 'goal ', style: 'dim' },
          { text: bare(text), style: 'own' },
        ],
        frame,
      );
    case 'said':
    case 'steered':
      return marked(mark, [{ text: printable(text).trim(), style: 'own' }], frame);
  }
}

function ownRows({ line, isTold, isSeen, ended }: Extract<Item, { kind: 'own' }>, frame: Frame): Row[] {
  const { theme } = frame;
  const how = ended.signal === null ? `exit ${ended.exitCode ?? '?'}` : `killed by ${ended.signal}`;
  const isOk = ended.exitCode === 0;
  const spans: Span[] = [
    { text: how, style: isOk ? 'dim' : 'warn' },
    {
      text: ` ${theme.glyph.dot} ${dotted([seconds(ended.durationMs), isTold ? 'the model is told' : 'the model is not told'], theme)}`,
      style: 'dim',
    },
  ];
  const head = isSeen
    ? []
    : marked(
        { text: theme.glyph.shellPrompt, style: 'shell' },
        [{ text: bare(line), style: 'shell' }],
        frame,
      );
  return [...head, ...below(spans, frame)];
}

function noticeRows({ level, text, hint }: Extract<Item, { kind: 'notice' }>, frame: Frame): Row[] {
  const { glyph } = frame.theme;
  const marks: Record<typeof level, Span> = {
    info: { text: glyph.info, style: 'dim' },
    warning: { text: glyph.warning, style: 'warn' },
    trouble: { text: glyph.failed, style: 'bad' },
  };
  const rows = marked(
    marks[level],
    [{ text: printable(text).trim(), style: level === 'info' ? 'dim' : 'text' }],
    frame,
  );
  return hint === null ? rows : [...rows, ...below([{ text: bare(hint), style: 'dim' }], frame)];
}

function rewoundRows({ prompt, restored, refused }: Extract<Item, { kind: 'rewound' }>, frame: Frame): Row[] {
  const { glyph } = frame.theme;
  return [
    ...marked(
      { text: glyph.above, style: 'accent' },
      [
        { text: 'back to before ', style: 'dim' },
        { text: bare(prompt), style: 'text' },
      ],
      frame,
    ),
    ...restored.flatMap((path) =>
      below([{ text: `${glyph.ok} ${bare(path)} is as it was`, style: 'dim' }], frame),
    ),
    ...refused.flatMap(({ path, reason }) =>
      below([{ text: `${glyph.failed} ${bare(path)} was left: ${bare(reason)}`, style: 'warn' }], frame),
    ),
  ];
}
