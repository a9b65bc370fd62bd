import { sha256 } from '../lib/digest.ts';
import type { Finding, Severity } from '../protocol/finding.ts';
import type { Line, Notice } from './notice.ts';
import { deedOf, type RunStory } from './run-story.ts';
import { storyLines } from './story-lines.ts';
import { clockTime, quote, type Scene, since, worst } from './words.ts';

/** What was last said of a goal, by which it is known what is news. */
export interface LastSaid {
  /** What it was about; `well`: that all is well again. */
  signature: string;
  /** In a few words, masked; null: that all is well. */
  what: string | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/** More of it is not seen on a lock screen. */
const LONGEST_WHAT = 80;
/** A state that stays is said again so often. */
const AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;

export function runThread({ goal, host }: Pick<RunStory, 'goal' | 'host'>): string {
  return `goal:${goal}@${host}`;
}

/**
 * What an unattended run of a goal is worth to be told; null: nothing. A finding is news while it is open (new, worse or
 * past its cooldown), any other ending when it is not the one that was told last.
 */
export function runNotice(
  story: RunStory,
  last: LastSaid | null,
  scene: Scene,
): { notice: Notice; said: LastSaid } | null {
  const { outcome } = story;
  if (outcome === 'healthy' || outcome === 'reported') {
    const wasBad = last !== null && last.signature !== 'well';
    const said = { signature: 'well', what: null, at: story.endedAt };
    return wasBad ? { notice: recovered(story, last, scene), said } : null;
  }
  const open = story.findings.filter(({ isOpen }) => isOpen);
  const hasActed = story.did.length + story.failed.length > 0;
  const about = (open.length > 0 ? open : story.findings).map(({ key }) => key).sort();
  const signature = JSON.stringify([outcome, story.reason, outcome === 'escalated' ? about : []]);
  // Findings that cool down or are muted are told when they open again, and not by every run that sees them.
  const isQuiet = open.length === 0 && story.findings.length > 0 && outcome === 'escalated' && !hasActed;
  const isSame = last?.signature === signature && story.endedAt - last.at < AGAIN_AFTER_MS;
  if (!hasActed && open.length === 0 && (isQuiet || isSame)) return null;
  const what = worstOf(story)?.text ?? null;
  const said = { signature, what: what === null ? null : scene.mask(what), at: story.endedAt };
  return { notice: bad(story, signature, scene), said };
}

function bad(story: RunStory, signature: string, scene: Scene): Notice {
  const { findings, run, outcome } = story;
  const open = findings.filter(({ isOpen }) => isOpen);
  const shown = open.length > 0 ? open : findings;
  const first = worstOf(story);
  const more = shown.length - 1;
  const from = Math.min(...shown.map(({ since: at }) => at), story.endedAt);
  const severity = severityOf(story);
  const what: Line =
    first === null
      ? [quote(story.goal ?? 'a run', 60, scene)]
      : [quote(first.text, LONGEST_WHAT, scene), ...(more === 0 ? [] : [` and ${more} more`])];
  return {
    key: `run:${run}:${sha256(signature).slice(0, 12)}`,
    thread: runThread(story),
    severity,
    kind: 'opened',
    // What waits for an answer has a message of its own, which is heard.
    isLoud: story.parked.length === 0,
    isSequel: false,
    at: story.endedAt,
    headline: [
      `${outcome === 'fixed' ? 'FIXED' : severity.toUpperCase()} `,
      ...what,
      ' on ',
      quote(story.host, 60, scene),
      ` ${since(from, scene)}: ${deedOf(story)}`,
    ],
    body: storyLines(story, scene),
    link: null,
    facts: { run, goal: story.goal, host: story.host, outcome, reason: story.reason },
  };
}

function recovered(story: RunStory, last: LastSaid, scene: Scene): Notice {
  const { run, goal, host, endedAt, outcome } = story;
  return {
    key: `run:${run}:well`,
    thread: runThread(story),
    severity: 'info',
    kind: 'recovered',
    isLoud: true,
    isSequel: true,
    at: endedAt,
    headline: [
      'RECOVERED ',
      quote(last.what ?? goal ?? 'a run', LONGEST_WHAT, scene),
      ' on ',
      quote(host, 60, scene),
      `, told at ${clockTime(last.at, scene)}: ${deedOf(story)}`,
    ],
    body: [[`All of it: steward runs show ${run.slice(0, 8)}`]],
    link: null,
    facts: { run, goal, host, outcome, reason: story.reason },
  };
}

/** Trouble of steward itself is no catastrophe, but nobody else would tell of it. */
function severityOf({ findings, outcome }: RunStory): Severity {
  if (outcome === 'fixed') return 'info';
  const open = findings.filter(({ isOpen }) => isOpen);
  const found = worst((open.length > 0 ? open : findings).map(({ severity }) => severity));
  return outcome === 'escalated' ? found : worst([found, 'warning']);
}

function worstOf({ findings }: RunStory): Finding | null {
  const open = findings.filter(({ isOpen }) => isOpen);
  const [first = null] = [...(open.length > 0 ? open : findings)].sort(
    (a, b) => rank(b.severity) - rank(a.severity),
  );
  return first;
}

function rank(severity: Severity): number {
  return ['info', 'warning', 'critical'].indexOf(severity);
}
