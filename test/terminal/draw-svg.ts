import type { Emulator, Run } from './emulator.ts';

/** How a screen looks as a picture. Lengths in pixels. */
const CELL = { width: 8.4, height: 19 };
const FONT_SIZE = 14;
const PADDING = { x: 22, top: 52, bottom: 20 };
const FONT = "ui-monospace, 'SF Mono', Menlo, 'Cascadia Mono', 'DejaVu Sans Mono', Consolas, monospace";

const CORNER = '⎿';
const GROUND = '#16181d';
const BAR = '#1f2229';
const TEXT = '#d5d9e0';
/** The sixteen colours of the picture's terminal, black first, the bright ones behind. */
const SIXTEEN = [
  ...['#2b2f38', '#f0777f', '#8fce94', '#e6c07b', '#7aa6f5', '#c69af5', '#68c7d6', '#d5d9e0'],
  ...['#69707d', '#ff9aa0', '#b0e8b4', '#f7d794', '#a3c4ff', '#dfbdff', '#93e3ef', '#ffffff'],
];

/** The window of a terminal with its title, drawn from the emulator's cells: an SVG that needs nothing but a font. */
export function drawSvg(terminal: Pick<Emulator, 'size' | 'styledRow' | 'cursor'>, title: string): string {
  const { columns, rows } = terminal.size();
  const last = lastUsedRow(terminal, rows);
  const width = Math.ceil(columns * CELL.width + 2 * PADDING.x);
  const height = Math.ceil((last + 1) * CELL.height + PADDING.top + PADDING.bottom);
  const body = Array.from({ length: last + 1 }, (_, row) => drawRow(terminal.styledRow(row), row)).join('');
  const cursor = terminal.cursor();
  const block =
    cursor.isVisible && cursor.row <= last
      ? rect(at(cursor.column), top(cursor.row) + 2, CELL.width, CELL.height - 3, TEXT, ' opacity="0.55"')
      : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="${width}" height="${height}" rx="10" fill="${GROUND}"/>`,
    `<path d="M0 10a10 10 0 0 1 10-10h${width - 20}a10 10 0 0 1 10 10v26H0z" fill="${BAR}"/>`,
    ...['#f0777f', '#e6c07b', '#8fce94'].map(
      (color, index) => `<circle cx="${20 + index * 20}" cy="18" r="5.5" fill="${color}"/>`,
    ),
    `<text x="${width / 2}" y="22.5" text-anchor="middle" font-family="system-ui, sans-serif" font-size="12.5" fill="#8b93a1">${escapeXml(title)}</text>`,
    `<g font-family="${FONT}" font-size="${FONT_SIZE}" fill="${TEXT}" xml:space="preserve">`,
    `${body}${block}</g>`,
    '</svg>\n',
  ].join('\n');
}

/** Rows below the last one with anything on it are left off. */
function lastUsedRow(terminal: Pick<Emulator, 'styledRow'>, rows: number): number {
  for (let row = rows - 1; row > 0; row--) {
    if (terminal.styledRow(row).some(({ text }) => text.trim() !== '')) return row;
  }
  return 0;
}

function drawRow(runs: readonly Run[], row: number): string {
  let column = 0;
  let drawn = '';
  for (const run of runs) {
    // Wide characters are not in the pictures of this project: a cell a character.
    const cells = [...run.text].length;
    drawn += drawRun(run, column, row, cells);
    column += cells;
  }
  return drawn === '' ? '' : `${drawn}\n`;
}

function drawRun({ text, style }: Run, column: number, row: number, cells: number): string {
  const words = style.split(' ');
  const pick = (prefix: string): string | null => {
    const word = words.find((one) => one.startsWith(prefix));
    return word === undefined ? null : colorOf(word.slice(prefix.length));
  };
  const isInverse = words.includes('inverse');
  const [fore, ground] = isInverse
    ? [pick('bg:') ?? GROUND, pick('fg:') ?? TEXT]
    : [pick('fg:') ?? TEXT, pick('bg:')];
  const width = cells * CELL.width;
  const back = ground === null ? '' : rect(at(column), top(row), width, CELL.height, ground);
  // A rule of a font is as long as the font says; one that is drawn is as long as its cells.
  if (/^─+$/.test(text)) {
    const opacity = words.includes('dim') ? ' opacity="0.45"' : '';
    return `${back}${rect(at(column), top(row) + CELL.height / 2, width, 1, fore, opacity)}`;
  }
  // Few fonts have the corner that stands before what came of a call.
  if (text.includes(CORNER)) {
    const before = [...text.slice(0, text.indexOf(CORNER))].length;
    const x = at(column + before) + CELL.width / 2;
    const corner = `<path d="M${round(x)} ${round(top(row) + 2)}v9h5" fill="none" stroke="${fore}" opacity="0.6"/>`;
    return corner + drawRun({ text: text.replace(CORNER, ' '), style }, column, row, cells);
  }
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  if (shown === '') return back;
  const attributes = [
    `x="${round(at(column + lead))}"`,
    `y="${round(top(row) + 14)}"`,
    `textLength="${round([...shown].length * CELL.width)}"`,
    ...(fore === TEXT ? [] : [`fill="${fore}"`]),
    ...(words.includes('dim') ? ['opacity="0.6"'] : []),
    ...(words.includes('bold') ? ['font-weight="600"'] : []),
    ...(words.includes('italic') ? ['font-style="italic"'] : []),
    ...(words.includes('underline') ? ['text-decoration="underline"'] : []),
    ...(words.includes('strike') ? ['text-decoration="line-through"'] : []),
  ];
  return `${back}<text ${attributes.join(' ')}>${escapeXml(shown)}</text>`;
}

function rect(x: number, y: number, width: number, height: number, fill: string, more = ''): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"${more}/>`;
}

const at = (column: number): number => PADDING.x + column * CELL.width;
const top = (row: number): number => PADDING.top + row * CELL.height;
const round = (value: number): number => Math.round(value * 100) / 100;

/** `3`, `208`, `#a0b0c0`. */
function colorOf(name: string): string {
  if (name.startsWith('#')) return name;
  const index = Number(name);
  const known = SIXTEEN[index];
  if (known !== undefined) return known;
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  if (index >= 232) return `#${hex(8 + (index - 232) * 10).repeat(3)}`;
  const level = (value: number): string => hex(value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
