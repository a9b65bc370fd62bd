import { fence, fenceCost } from '../lib/fence.ts';
import { formatZonedTime, type Zone } from '../lib/zoned-time.ts';
import { type Finding, isForModel } from '../protocol/finding.ts';
import { asLine, bytesOf, fitLines } from './room.ts';
import type { SnapshotView } from './snapshot-view.ts';

/**
 * All findings, open ones first, in one fence: objects and texts come from outside. Each is told at length if there is
 * room, else in one short line; only when even these have no room are some counted instead of told.
 */
export function describeFindings(
  view: SnapshotView,
  withheldProbes: ReadonlySet<string>,
  room: number,
): string {
  const { marker, snapshot } = view;
  if (snapshot.findings.length === 0) return 'No finding: no rule matched.';
  const findings = snapshot.findings.toSorted((a, b) => Number(isForModel(b)) - Number(isForModel(a)));
  const open = findings.filter(isForModel).length;
  const title = `# Findings: ${open} open, ${findings.length - open} quiet`;
  const label = 'findings';
  const left = room - bytesOf(title) - 1 - fenceCost({ marker, label });
  const tell = (describe: (finding: Finding) => string) =>
    findings.map((finding) =>
      withheldProbes.has(finding.probe) ? withheldLine(finding) : describe(finding),
    );
  const long = tell((finding) => longLine(finding, view.zone));
  const size = (lines: string[]) => lines.reduce((sum, line) => sum + bytesOf(line) + 1, 0);
  const lines =
    size(long) <= left
      ? long
      : fitLines(tell(shortLine), left, (count) => `and ${count} more findings, not shown`);
  return `${title}\n${fence(lines.join('\n'), { marker, label })}`;
}

const OBJECT_LIMIT = 160;

const CLASS_WORDS: Record<Finding['class'], string> = {
  safe: 'may be acted on',
  risky: 'acting needs approval',
  advisory: 'to report',
};

function longLine(finding: Finding, zone: Zone): string {
  const since = formatZonedTime(finding.since, zone);
  const quiet = isForModel(finding) ? '' : `; quiet: ${asLine(finding.quietReason ?? 'not open', 120)}`;
  return [
    `${finding.id} ${finding.severity}, ${finding.state}, first seen ${since}, ${CLASS_WORDS[finding.class]}: ${asLine(finding.text, 400)}`,
    `   object ${asLine(finding.object, OBJECT_LIMIT)}; rule ${asLine(finding.rule, 60)} of ${asLine(finding.probe, 60)}; evidence ${finding.evidence.join(', ')}${quiet}`,
  ].join('\n');
}

function shortLine(finding: Finding): string {
  return `${finding.id} ${finding.severity} ${asLine(finding.rule, 60)}: ${asLine(finding.object, OBJECT_LIMIT)}`;
}

function withheldLine(finding: Finding): string {
  return `${finding.id} ${finding.severity}, of probe ${asLine(finding.probe, 60)}: withheld, it must stay local`;
}
