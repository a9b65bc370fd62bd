import type { Tool } from '../../protocol/tool.ts';
import { failure } from '../outputs.ts';
import type { ToolPorts } from '../ports.ts';
import type { ReportInput } from './schema.ts';

const MOST_KNOWN_SHOWN = 40;

/** Takes the model's report only when its claims cite what was seen and do not contradict its outcome. */
export function createReport(ports: Pick<ToolPorts, 'onReport' | 'knownEvidence'>): Tool<ReportInput> {
  let isMade = false;
  return {
    name: 'Report',
    isObserveOnly: () => true,
    async execute(input) {
      // Two in one turn: a better word behind the first one would otherwise win.
      if (isMade) return failure('The report was made already, and it stands.');
      const report = {
        outcome: input.outcome,
        summary: input.summary,
        findings: input.findings ?? [],
        actions: input.actions ?? [],
        advice: input.advice ?? [],
      };
      const problems = [...uncited(report, ports.knownEvidence()), ...contradictions(report)];
      if (problems.length > 0) {
        return failure(`The report was not taken. ${problems.join(' ')} Correct it and hand it in again.`);
      }
      isMade = true;
      ports.onReport(report);
      return {
        ok: true,
        text: 'The report is taken. Stop here: no more calls, no more text.',
        isOwnWords: true,
      };
    },
  };
}

type Filled = { [K in keyof ReportInput]-?: NonNullable<ReportInput[K]> };

function uncited({ findings, actions }: Filled, known: ReadonlySet<string>): string[] {
  const claims = [
    ...findings.map((claim, index) => ({ ...claim, name: `findings.${index}` })),
    ...actions.map((claim, index) => ({ ...claim, name: `actions.${index}` })),
  ];
  const problems: string[] = [];
  for (const { name, evidence } of claims) {
    if (evidence.length === 0) problems.push(`${name} cites no evidence.`);
    const unknown = evidence.filter((id) => !known.has(id));
    if (unknown.length > 0) {
      const names = unknown.slice(0, 5).map((id) => JSON.stringify(id.slice(0, 40)));
      problems.push(`${name} cites ${names.join(', ')}, which this run never saw.`);
    }
  }
  if (problems.length === 0) return [];
  const ids = [...known].slice(-MOST_KNOWN_SHOWN).join(', ');
  return [
    ...problems.slice(0, 6),
    ids === '' ? 'There is no evidence yet: look first.' : `There are: ${ids}.`,
  ];
}

function contradictions({ outcome, findings, actions }: Filled): string[] {
  if (outcome === 'fixed' && actions.length === 0) {
    return ['fixed says that you changed something: list it under actions, with the call that did it.'];
  }
  if (outcome === 'escalated' && findings.length === 0) {
    return ['escalated says that something is wrong: list it under findings, with evidence.'];
  }
  if (outcome === 'healthy' && findings.some(({ severity }) => severity === 'critical')) {
    return ['healthy contradicts a critical finding.'];
  }
  return [];
}
