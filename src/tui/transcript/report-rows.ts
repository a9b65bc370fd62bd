import type { Severity } from '../../protocol/finding.ts';
import type { Check, ModelReport } from '../../protocol/report.ts';
import type { Row, Span } from '../rows/row.ts';
import type { Item } from '../store/item.ts';
import { severityMark, type Theme } from '../theme/theme.ts';
import { bare, below, type Frame, marked } from './frame.ts';

const SEVERITY_STYLES: Record<Severity, Span['style']> = { info: 'info', warning: 'warn', critical: 'bad' };

export function findingRows(
  { findings, brokenRules }: Pick<Extract<Item, { kind: 'findings' }>, 'findings' | 'brokenRules'>,
  frame: Frame,
): Row[] {
  const { glyph } = frame.theme;
  const none = marked({ text: glyph.ok, style: 'ok' }, [{ text: 'nothing found', style: 'dim' }], frame);
  return [
    ...(findings.length === 0 && brokenRules.length === 0 ? none : []),
    ...findings.flatMap(({ id, severity, text, isOpen, quietReason }) =>
      marked(
        severitySpan(severity, frame.theme),
        [
          { text: `${id} `, style: 'dim' },
          { text: bare(text), style: isOpen ? 'text' : 'dim' },
          ...(quietReason === null ? [] : [{ text: ` (${bare(quietReason)})`, style: 'dim' as const }]),
        ],
        frame,
      ),
    ),
    ...brokenRules.flatMap(({ rule, error }) =>
      marked(
        { text: glyph.unknown, style: 'warn' },
        [{ text: `rule ${bare(rule)} is broken: ${bare(error)}`, style: 'text' }],
        frame,
      ),
    ),
  ];
}

export function reportRows(report: ModelReport, frame: Frame): Row[] {
  const { theme } = frame;
  const list = (title: string, rows: Row[]): Row[] =>
    rows.length === 0 ? [] : [[], [{ text: `  ${title}`, style: 'heading' }], ...rows];
  return [
    ...marked(
      { text: theme.glyph.say, style: 'accent' },
      [
        { text: 'report ', style: 'heading' },
        { text: `${theme.glyph.dot} ${report.outcome}`, style: 'dim' },
      ],
      frame,
    ),
    ...marked({ text: ' ', style: 'text' }, [{ text: bare(report.summary), style: 'text' }], frame),
    ...list(
      'found',
      report.findings.flatMap(({ text, severity, evidence }) =>
        marked(severitySpan(severity, theme), cited(text, evidence), frame, 2),
      ),
    ),
    ...list(
      'done',
      report.actions.flatMap(({ text, evidence }) =>
        marked({ text: theme.glyph.ok, style: 'ok' }, cited(text, evidence), frame, 2),
      ),
    ),
    ...list(
      'advice',
      report.advice.flatMap((text) =>
        marked({ text: theme.glyph.bullet, style: 'dim' }, [{ text: bare(text), style: 'text' }], frame, 2),
      ),
    ),
  ];
}

export function checkRows(checks: readonly Check[], frame: Frame): Row[] {
  const { glyph } = frame.theme;
  const marks: Record<Check['verdict'], Span> = {
    passed: { text: glyph.ok, style: 'ok' },
    failed: { text: glyph.failed, style: 'bad' },
    skipped: { text: glyph.dot, style: 'dim' },
  };
  return checks.flatMap(({ id, text, verdict, detail }) => [
    ...marked(
      marks[verdict],
      [
        { text: `${id} ${verdict}: `, style: verdict === 'failed' ? 'bad' : 'dim' },
        { text: bare(text), style: 'text' },
      ],
      frame,
    ),
    ...(verdict === 'failed' && detail !== '' ? below([{ text: bare(detail), style: 'dim' }], frame) : []),
  ]);
}

function severitySpan(severity: Severity, theme: Theme): Span {
  return { text: severityMark(theme, severity).glyph, style: SEVERITY_STYLES[severity] };
}

function cited(text: string, evidence: readonly string[]): Span[] {
  const ids = evidence.length === 0 ? '' : ` [${evidence.join(', ')}]`;
  return [
    { text: bare(text), style: 'text' },
    { text: bare(ids) === '' ? '' : ` ${bare(ids)}`, style: 'dim' },
  ];
}
