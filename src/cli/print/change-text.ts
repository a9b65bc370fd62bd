import type { CheckedChange, TextSize } from '../../app/change/check-change.ts';
import { showDiff } from '../../lib/show-diff.ts';
import { formatBytes } from '../../lib/size.ts';
import type { PlannedChange } from '../../protocol/change.ts';

const MOST_DIFF_LINES = 200;

/** What somebody is asked to say yes to: what will be done, in what order, and what cannot be undone. */
export function planText(planned: Pick<PlannedChange, 'effect' | 'steps' | 'undo' | 'digest'>): string {
  const lines = planned.steps.map((step, index) => {
    const undo = planned.undo[index] ?? null;
    return `  ${index + 1}. ${step}\n     undone by: ${undo ?? 'NOTHING: this step cannot be rolled back'}`;
  });
  return [`Effect: ${planned.effect}`, 'Steps:', ...lines, `Digest: ${planned.digest}`].join('\n');
}

/** `steward change check`, for people. */
export function checkedText(file: string, checked: CheckedChange): string {
  const { problems, planned, files, preflight, diffs } = checked;
  if (planned === null) {
    const lines = problems.map(({ field, message }) => `  ${field}: ${message}`);
    return `${[`${file}: cannot be carried out`, ...lines].join('\n')}\n`;
  }
  const sections = [
    planText(planned),
    section('Mind', planned.doubts),
    section(
      'Files',
      files.map(({ path, by, ok, detail }) => {
        const said = ok === null ? `not checked: ${detail}` : detail;
        return `${mark(ok)} ${path} (${by}): ${said.replaceAll('\n', '\n      ')}`;
      }),
    ),
    section(
      'Preflight',
      preflight.map(({ text, ok, detail }) => `${mark(ok)} ${text}: ${detail}`),
    ),
    section(
      'Rests on',
      planned.preconditions.map(({ kind, name, value }) => `${kind} ${name}: ${value ?? 'not there'}`),
    ),
    ...diffs.map(
      ({ path, before, after, size }) =>
        `${path}: ${sizeText(size.before)} → ${sizeText(size.after)}\n${showDiff(before ?? '', after, MOST_DIFF_LINES)}`,
    ),
    checked.ok ? 'Nothing stands against it; nothing was changed.' : 'It would not be carried out as it is.',
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function sizeText(size: TextSize | null): string {
  if (size === null) return 'not there';
  return `${size.lines} ${size.lines === 1 ? 'line' : 'lines'}, ${formatBytes(size.bytes)}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function mark(ok: boolean | null): string {
  if (ok === null) return '-- ';
  return ok ? 'ok ' : 'BAD';
}
