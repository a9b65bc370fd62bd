import type { LineExplanation } from './policy-explain.ts';

type Part = LineExplanation['parts'][number];
type Note = Part['notes'][number];

/** What `steward policy explain` shows to people. */
export function explanationText(explanation: LineExplanation): string {
  const { judgement, outline, parts, decisive, gate } = explanation;
  const lines = [
    `${judgement.verdict} (${judgement.effect}, ${judgement.rule}): ${judgement.reason}`,
    '',
    ...(outline.length === 0
      ? ['Parsed: not far enough to be judged part by part.']
      : ['Parsed as', ...indent(outline)]),
  ];
  if (parts.length > 0) lines.push('', 'Parts');
  for (const [i, part] of parts.entries()) {
    lines.push(
      ...indent(partLines(part, i + 1, i === decisive && parts.length > 1 && part.verdict !== 'allow')),
    );
  }
  const { target } = judgement;
  lines.push(
    '',
    `Touches  ${target.kind === 'none' ? 'nothing: it only looks' : `${target.kind} ${target.name}`}`,
  );
  lines.push('', 'In a run without anybody there', ...indent(gateLines(gate)));
  return `${lines.join('\n')}\n`;
}

function partLines(part: Part, number: number, isDecisive: boolean): string[] {
  const head = `${number}. ${part.text}`;
  const verdict = `${part.verdict} (${part.effect}, ${part.rule}): ${part.reason}`;
  const lines = [head, `     ${verdict}${isDecisive ? '  ← this part decides' : ''}`];
  for (const note of part.notes) lines.push(...noteLines(note).map((line) => `     ${line}`));
  if (part.before !== null) {
    lines.push(
      `     without permission rules: ${part.before.verdict} (${part.before.rule}): ${part.before.reason}`,
    );
  }
  return lines;
}

function noteLines(note: Note): string[] {
  switch (note.kind) {
    case 'wrapper':
      return [`${note.program} runs what follows it; that is judged by itself`];
    case 'spec': {
      const words = [
        note.verb === '' ? '' : `verb ${note.verb}`,
        note.options.length === 0 ? '' : `options ${note.options.join(' ')}`,
        note.operands.length === 0 ? '' : `operands ${note.operands.join(' ')}`,
      ].filter((word) => word !== '');
      return [[`spec of ${note.program} (${note.source})`, ...words].join('; ')];
    }
    case 'path': {
      const behind = note.leadsTo.filter((path) => path !== note.said);
      const leads = behind.length === 0 ? '' : `, which is ${behind.join(' or ')}`;
      return [`path ${note.said}${leads}, to ${USES[note.use]}: ${note.against ?? 'nothing against it'}`];
    }
  }
}

const USES = {
  read: 'read its content',
  certificate: 'read the certificates in it',
  place: 'see that it is there',
  tree: 'read everything below it',
  write: 'change it',
  around: 'change what is below it',
  folder: 'work in it',
} as const;

function gateLines({ autonomy, mode, unattended, lift, isFloor }: LineExplanation['gate']): string[] {
  const setting = `autonomy ${autonomy}, mode ${mode}`;
  if (unattended.decision === 'allow') return [`it runs (${setting})`];
  const lines = [`it is refused (${setting}; ${unattended.rule}): ${unattended.reason}`];
  if (isFloor) lines.push('no mode, autonomy or allow rule lifts a deny');
  else if (lift === null || lift.length === 0) {
    lines.push('no allow rule and no autonomy lifts it: it is proposed in the report, and a person does it');
  } else lines.push(`what would lift it: ${lift.join(', and ')}`);
  return lines;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
