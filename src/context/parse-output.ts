import { parseShallowJson } from '../lib/shallow-json.ts';
import { parseSize } from '../lib/size.ts';
import type { ParseSpec } from '../protocol/probe.ts';
import { readEntries } from './journal/read-entries.ts';

export type Parsed = { ok: true; output: unknown } | { ok: false; reason: string };

/** Text of a command → plain data. Never throws: what does not fit the declared form is told with its line. */
export function parseOutput(spec: Exclude<ParseSpec, { kind: 'journal' | 'answers' }>, text: string): Parsed {
  try {
    return { ok: true, output: parseAs(spec, text) };
  } catch (error) {
    if (error instanceof LineError) return { ok: false, reason: error.message };
    throw error;
  }
}

class LineError extends Error {
  constructor(line: number | null, message: string) {
    super(`${line === null ? 'the output' : `line ${line} of the output`} ${message}`);
  }
}

function parseAs(spec: Exclude<ParseSpec, { kind: 'journal' | 'answers' }>, text: string): unknown {
  switch (spec.kind) {
    case 'none':
      return text;
    case 'json':
      return parseJson(text, 1);
    case 'jsonl':
      return numberedLines(text).map(({ line, number }) => parseJson(line, number));
    case 'lines':
      return numberedLines(text).map(({ line }) => line);
    case 'keyvalue':
      return parseKeyValue(numberedLines(text), spec.separator);
    case 'records':
      return splitRecords(text).map((lines) => parseKeyValue(lines, spec.separator));
    case 'entries':
      return readEntries(text).entries;
    case 'columns':
      return numberedLines(text)
        .filter(({ number }) => number > spec.skip)
        .map(({ line, number }) => parseColumns(line, number, spec.columns));
  }
}

interface NumberedLine {
  line: string;
  number: number;
}

/** Without blank lines; numbers count them. */
function numberedLines(text: string): NumberedLine[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.replace(/\r$/, ''), number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
}

/** Lines that follow each other without a blank one between them. */
function splitRecords(text: string): NumberedLine[][] {
  const records: NumberedLine[][] = [];
  let last = -1;
  for (const line of numberedLines(text)) {
    if (line.number !== last + 1) records.push([]);
    records.at(-1)?.push(line);
    last = line.number;
  }
  return records;
}

function parseJson(text: string, firstLine: number): unknown {
  try {
    return parseShallowJson(text);
  } catch (error) {
    if (text.trim() === '') throw new LineError(firstLine, 'is empty, not JSON');
    const message = error instanceof Error ? error.message : String(error);
    // V8 names the place for some mistakes only; for the others it quotes it.
    const line = /\(line (\d+) column/.exec(message)?.[1] ?? (text.includes('\n') ? undefined : 1);
    if (line === undefined) throw new LineError(null, `is not JSON: ${message}`);
    throw new LineError(firstLine + Number(line) - 1, 'is not JSON');
  }
}

/** Later keys win. A line without the separator is an error: half-read output must not look like a healthy one. */
function parseKeyValue(lines: readonly NumberedLine[], separator: string): Record<string, string> {
  return Object.fromEntries(
    lines.map(({ line, number }) => {
      const at = line.indexOf(separator);
      if (at < 0) throw new LineError(number, `has no "${separator}"`);
      return [line.slice(0, at).trim(), line.slice(at + separator.length).trim()];
    }),
  );
}

type Column = Extract<ParseSpec, { kind: 'columns' }>['columns'][number];

/** Split at white space; the last column takes the rest of the line, spaces included. */
function parseColumns(line: string, number: number, columns: readonly Column[]): Record<string, unknown> {
  const row: [string, unknown][] = [];
  let rest = line.trim();
  for (const [index, column] of columns.entries()) {
    if (rest === '') throw new LineError(number, `has ${index} columns, not ${columns.length}`);
    const end = index === columns.length - 1 ? -1 : rest.search(/\s/);
    const word = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? '' : rest.slice(end).trimStart();
    row.push([column.name, convert(word, column, number)]);
  }
  return Object.fromEntries(row);
}

/** `-` is how df, ps and systemctl write "no value": null. */
function convert(word: string, column: Column, number: number): unknown {
  if (column.type === 'string') return word;
  if (word === '-') return null;
  const value =
    column.type === 'bytes'
      ? parseSize(word)
      : { int: /^[+-]?\d+$/, float: /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i, percent: /^\d+(\.\d+)?%$/ }[
            column.type
          ].test(word)
        ? Number.parseFloat(word)
        : undefined;
  if (value === undefined || !Number.isFinite(value)) {
    throw new LineError(number, `has "${word.slice(0, 40)}" as ${column.name}, which is no ${column.type}`);
  }
  return value;
}
