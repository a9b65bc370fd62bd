import { writeOwnFile } from '../../host/index.ts';
import { jsonLine } from '../../lib/json-line.ts';
import { OpsError } from '../../lib/ops-error.ts';
import { printable } from '../../lib/printable.ts';
import type { LogLine, RunEvent } from '../../protocol/event.ts';
import { readRun } from '../../runs/index.ts';
import { maskEvent } from '../masking/mask-event.ts';
import { block, code, dollars, localTime, page } from './pages/markdown.ts';
import type { Session } from './session.ts';

/**
 * The run as a transcript in Markdown, or its log as JSON; masked with what is known as a secret today. Into a new file
 * of the operator's, whose path it gives, or as the text itself.
 */
export async function exportRun(
  session: Session,
  format: 'markdown' | 'json',
  file: string | null,
): Promise<string> {
  const { run } = session.state;
  if (run === null) throw new OpsError('no-run', 'input', 'nothing has been asked in this session yet');
  const world = await session.world();
  const { lines } = await readRun(world.store, run);
  const masked = lines.map((line) => ({ ...line, event: maskEvent(line.event, world.masker) }));
  const text = format === 'json' ? asJson(run, session.state.runName, masked) : asMarkdown(run, masked);
  if (file === null) return text;
  const home = world.env.HOME ?? world.home;
  return writeOwnFile(file.replace(/^~(?=\/|$)/, home), world.cwd, text);
}

function asJson(run: string, name: string | null, lines: readonly LogLine[]): string {
  return jsonLine({ run, name, lines: lines.map(({ seq, time, event }) => ({ seq, time, event })) });
}

function asMarkdown(run: string, lines: readonly LogLine[]): string {
  const named = lines.findLast(({ event }) => event.type === 'run.named')?.event;
  const title = named?.type === 'run.named' ? named.name : `Run ${run.slice(0, 8)}`;
  const [first] = lines;
  const opened = first?.event.type === 'run.opened' ? first.event : null;
  const about =
    opened === null
      ? null
      : `steward ${opened.steward} on ${opened.host.hostname} as ${opened.host.user}, in ${code(opened.cwd)}, ${localTime(Date.parse(first?.time ?? ''))}. Run ${code(run)}. Secrets are masked.`;
  return `${page(`# ${title}`, about, ...lines.map(({ event }) => tell(event)))}\n`;
}

/** What a person reads of it; null for what only machines want to know. */
function tell(event: RunEvent): string | null {
  switch (event.type) {
    case 'run.opened':
      return event.goal === null
        ? prompt(event.prompt)
        : `## Goal: ${event.goal}\n\n${event.prompt ?? ''}`.trim();
    case 'run.resumed':
      return prompt(event.prompt);
    case 'message.added':
      return null;
    case 'findings.judged':
      return event.findings.length === 0
        ? null
        : event.findings.map(({ id, severity, text }) => `- ${id} **${severity}** ${text}`).join('\n');
    case 'model.replied':
      return event.content
        .map((one) => (one.type === 'text' ? one.text : ''))
        .filter(Boolean)
        .join('\n\n');
    case 'call.finished': {
      const state = event.refused ? 'refused' : event.ok ? 'ok' : 'failed';
      const input = JSON.stringify(event.input, null, 2) ?? '';
      return `### ${event.call} ${event.tool}: ${state}\n\n${block(telling(event.input) ?? input)}\n\n${block(printable(event.text))}`;
    }
    case 'operator.began':
      return `### ${event.id} by hand\n\n${block(`$ ${event.command}`)}`;
    case 'operator.ended':
      return event.output === null
        ? `${event.id}: exit ${event.exitCode ?? event.signal}`
        : block(event.output);
    case 'run.rewound':
      return `---\n\nGone back to before: ${code(event.prompt)}. Files restored: ${event.restored.length}, left as they are: ${event.refused.length}.`;
    case 'notice.given':
      return `> ${event.text}`;
    case 'report.made':
      return `## Report\n\n${event.report.summary}`;
    case 'run.closed':
      return `*${event.outcome}${event.message === null ? '' : `: ${event.message}`}, ${dollars(event.costUsd)}*`;
    default:
      return null;
  }
}

function prompt(text: string | null): string | null {
  return text === null
    ? null
    : `## ❯ ${text.split('\n', 1)[0] ?? ''}${text.includes('\n') ? `\n\n${text}` : ''}`;
}

/** The one field that says it, as it was. */
function telling(input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const { command } = input as { command?: unknown };
  return typeof command === 'string' ? `$ ${command}` : null;
}
