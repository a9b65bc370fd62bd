import type { Line } from './notice.ts';
import type { RunStory } from './run-story.ts';
import { clockTime, quote, quoteBlock, type Scene } from './words.ts';

const MOST_FINDINGS = 6;
const MOST_COMMANDS = 6;
const LONGEST_COMMAND = 160;

/** What a run found, what it says, what it did; each in words that nobody takes for ours. */
export function storyLines(story: RunStory, scene: Scene): Line[] {
  const { findings, did, failed, parked, summary, message, run, resumeAt } = story;
  const open = findings.filter(({ isOpen }) => isOpen);
  const shown = (open.length > 0 ? open : findings).slice(0, MOST_FINDINGS);
  const left = findings.length - shown.length;
  // That the findings stand is what is said of them already.
  const isSaid = message === null || summary !== null || (story.reason === 'escalated' && shown.length > 0);
  return [
    ...(shown.length === 0 ? [] : [['Found:']]),
    ...shown.map(
      ({ severity, text, since }): Line => [
        `- ${severity}: `,
        quote(text, LONGEST_COMMAND, scene),
        ` (since ${clockTime(since, scene)})`,
      ],
    ),
    ...(left > 0 ? [[`- and ${left} more`]] : []),
    ...commands('Done:', did, scene),
    ...commands('Tried, and not done or not known:', failed, scene),
    ...(parked.length === 0 ? [] : [[`Waits for your answer: ${parked.join(', ')}`]]),
    ...(summary === null
      ? []
      : [['What the model says of it:'], ...quoteBlock(summary, { lines: 8, width: 300 }, scene)]),
    ...(isSaid ? [] : [['Result:'], ...quoteBlock(message ?? '', { lines: 3, width: 300 }, scene)]),
    ...(resumeAt === null ? [] : [[`It is worth another try from ${clockTime(resumeAt, scene)}.`]]),
    [`All of it: steward runs show ${run.slice(0, 8)}`],
  ];
}

function commands(title: string, all: readonly string[], scene: Scene): Line[] {
  if (all.length === 0) return [];
  const left = all.length - MOST_COMMANDS;
  return [
    [title],
    ...all.slice(0, MOST_COMMANDS).map((command): Line => ['- ', quote(command, LONGEST_COMMAND, scene)]),
    ...(left > 0 ? [[`- and ${left} more`]] : []),
  ];
}
