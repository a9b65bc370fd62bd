import { formatBytes } from '../../../lib/size.ts';
import type { LogLine } from '../../../protocol/event.ts';
import type { Message } from '../../../protocol/message.ts';
import { type Replayed, replay } from '../../../runs/index.ts';
import type { World } from '../../world.ts';
import { block, count, page, table } from './markdown.ts';

type Lines = readonly LogLine[];

/** What the next request would hold, and how much of the model's window that takes. */
export function contextPage(
  lines: Lines,
  window: { usedTokens: number; windowTokens: number } | null,
): string {
  const state = replay(lines);
  if (state.messages.length === 0 && state.system.length === 0) {
    return page('# Context', 'Empty: nothing was sent to a model in this run yet.');
  }
  const parts = partsOf(state);
  const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  const reduced = lines.filter(({ event }) => event.type === 'context.reduced').length;
  const used =
    window === null
      ? null
      : `**${count(window.usedTokens)}** of ${count(window.windowTokens)} tokens (${Math.round((100 * window.usedTokens) / window.windowTokens)} %)\n\n${bar(window.usedTokens / window.windowTokens)}`;
  return page(
    '# Context',
    used,
    table(
      ['Part', 'Size', 'Share'],
      parts.map(([name, bytes]) => [
        name,
        formatBytes(bytes),
        `${Math.round((100 * bytes) / Math.max(1, total))} %`,
      ]),
    ),
    reduced === 0
      ? 'When it runs full, old output is left out first, then older turns are summed up; `/compact` does it now.'
      : `Made smaller ${reduced} time${reduced === 1 ? '' : 's'} in this run; the log still holds all of it.`,
  );
}

function bar(share: number): string {
  const width = 40;
  const full = Math.min(width, Math.round(share * width));
  return block(`${'#'.repeat(full)}${'.'.repeat(width - full)}`);
}

function partsOf({ system, messages, told }: Replayed): [string, number][] {
  const sizes = { prompts: 0, answers: 0, thinking: 0, calls: 0, results: 0 };
  for (const message of messages) addSizes(message, sizes);
  const parts: [string, number][] = [
    ['System text, tools left out', system.reduce((sum, text) => sum + Buffer.byteLength(text), 0)],
    ['Your prompts and what was seen first', sizes.prompts],
    ['Answers', sizes.answers],
    ['Thinking', sizes.thinking],
    ['Calls', sizes.calls],
    ['Results of calls', sizes.results],
    ['Your own commands, to be told', told.reduce((sum, { output }) => sum + Buffer.byteLength(output), 0)],
  ];
  return parts.filter(([, bytes]) => bytes > 0);
}

function addSizes({ role, content }: Message, sizes: Record<string, number>): void {
  for (const one of content) {
    const [part, text] =
      one.type === 'text'
        ? [role === 'user' ? 'prompts' : 'answers', one.text]
        : one.type === 'thinking'
          ? ['thinking', one.text]
          : one.type === 'tool_use'
            ? ['calls', JSON.stringify(one.input) ?? '']
            : ['results', one.content];
    sizes[part] = (sizes[part] ?? 0) + Buffer.byteLength(text);
  }
}

/** The last report of this run, else how its last turn ended. */
export function reportPage(lines: Lines, world: World): string {
  const { report, checks, closed, opened } = replay(lines);
  const title = `# Report${opened?.goal == null ? '' : `: ${opened.goal}`}`;
  const proved = checks.map(({ id, verdict, text, detail }) => [id, verdict, text, detail]);
  const checked =
    proved.length === 0 ? null : `## Checked\n\n${table(['', 'Verdict', 'Check', 'Detail'], proved)}`;
  const ended =
    closed === null
      ? null
      : `Ended as **${closed.outcome}**${closed.message === null ? '' : `: ${closed.message}`}.`;
  if (report === null) {
    // Made for a terminal of its own: bullets and marks stand where they should.
    const result = closed?.result ?? lastResult(lines);
    if (result === null) return page(title, `Nothing was reported in this run yet (${world.host.hostname}).`);
    return page(title, ended, opened?.goal == null ? result : block(result), checked);
  }
  const list = (items: readonly { text: string; evidence: string[] }[]): string =>
    items
      .map(({ text, evidence }) => `- ${text}${evidence.length === 0 ? '' : ` (${evidence.join(', ')})`}`)
      .join('\n');
  const section = (name: string, text: string): string | null =>
    text === '' ? null : `## ${name}\n\n${text}`;
  return page(
    title,
    ended,
    report.summary,
    section(
      'Found',
      list(
        report.findings.map(({ severity, text, evidence }) => ({
          text: `**${severity}** ${text}`,
          evidence,
        })),
      ),
    ),
    section('Done', list(report.actions)),
    section('Advice', report.advice.map((text) => `- ${text}`).join('\n')),
    checked,
  );
}

function lastResult(lines: Lines): string | null {
  for (const { event } of lines.toReversed())
    if (event.type === 'run.closed' && event.result) return event.result;
  return null;
}
