import type { Spread } from './statistics.ts';

export interface Row {
  what: string;
  figure: string;
  /** What it is compared with; empty when the target is absolute. */
  floor: string;
  ratio: number | null;
  target: string;
  isMet: boolean;
}

const HEADERS = ['what', 'figure', 'floor', 'ratio', 'target', ''];

export function cells(row: Row): string[] {
  const ratio = row.ratio === null ? '' : `${row.ratio.toFixed(2)}×`;
  return [row.what, row.figure, row.floor, ratio, row.target, row.isMet ? 'met' : 'MISSED'];
}

/** `48.2 ms (44.1 … 60.3)`: the median, and the least and most of all rounds. */
export function ms({ median, min, max }: Spread): string {
  return `${median.toFixed(1)} ms (${min.toFixed(1)} … ${max.toFixed(1)})`;
}

export function markdown(rows: readonly Row[]): string {
  const lines = [HEADERS, HEADERS.map(() => '---'), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

export function plain(rows: readonly Row[]): string {
  const lines = [HEADERS, ...rows.map(cells)];
  const widths = HEADERS.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
