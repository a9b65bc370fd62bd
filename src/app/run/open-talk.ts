import { randomUUID } from 'node:crypto';
import { readTimeZone } from '../../host/index.ts';
import { fence } from '../../lib/fence.ts';
import {
  type BuiltPrompt,
  buildPlainPrompt,
  buildPrompt,
  DEFAULT_BUDGET_BYTES,
  describeSnapshot,
  type EarlierRun,
  type PromptFacts,
} from '../../prompt/index.ts';
import type { Message } from '../../protocol/message.ts';
import { describeSitting, describeTold, listRuns, type Replayed } from '../../runs/index.ts';
import type { Gathered } from '../looking/gather.ts';
import { shippedFragments } from '../shipped.ts';
import { gatherBackground } from '../state/background.ts';
import type { TalkInput } from './converse.ts';
import { isBegun, promptSoFar } from './go-on.ts';
import type { Thinker } from './model.ts';
import type { RunScope } from './open-run.ts';
import { readNotes } from './read-notes.ts';
import { demandOf } from './sitting.ts';

const EARLIER_RUNS = 5;

type Opening = Omit<TalkInput, 'thinker'>;

/** What a model is told when it has to make room. */
export const SUMMARY_PROMPT =
  'Stop here and sum up for yourself, because older turns will be left out: the task as it stands, what was found ' +
  '(with ids of the evidence: P1, L1, C3), what was ruled out, what was refused and why, and what to do next. ' +
  'Facts only; no tool calls.';

/** The first request, or, for a run that goes on, the conversation as its log holds it. Recorded before it is sent. */
export async function openTalk(scope: RunScope, thinker: Thinker, seen: Seen): Promise<Opening> {
  const { resumed } = scope;
  if (resumed !== null && isBegun(resumed)) {
    const opening = await withSystem(scope, thinker, goOn(resumed, scope));
    return seen.told === null && !seen.isFresh ? opening : tell(scope, thinker, opening, seen);
  }
  const marker = fenceMarker();
  const { system, messages } = await build(scope, thinker, seen.gathered, marker);
  recordBuilt(scope, { system, messages }, marker, thinker.port.place === 'local' ? 'local' : 'cloud');
  return { system, messages, summaryPrompt: SUMMARY_PROMPT, marker };
}

/** A log that lost its first request has lost what we say to every model with it: it is said anew. */
async function withSystem(scope: RunScope, thinker: Thinker, opening: Opening): Promise<Opening> {
  if (opening.system.length > 0) return opening;
  const { marker } = opening;
  const { system } = await build(scope, thinker, NOTHING_SEEN, marker);
  const words = { type: 'text' as const, text: `The data marker of this run is ${marker} from here on.` };
  const last = opening.messages.at(-1);
  const messages: Message[] =
    last?.role === 'user'
      ? [...opening.messages.slice(0, -1), { role: 'user', content: [words, ...last.content] }]
      : opening.messages;
  const isLocal = scope.resumed?.staysLocal === true || thinker.port.place === 'local';
  recordBuilt(scope, { system, messages }, marker, isLocal ? 'local' : 'cloud');
  return { ...opening, system, messages };
}

const NOTHING_SEEN: Gathered = {
  items: [],
  findings: [],
  brokenRules: [],
  looks: [],
  durationMs: 0,
  history: null,
};

function recordBuilt(
  { recorder }: RunScope,
  { system, messages }: BuiltPrompt,
  marker: string,
  place: 'cloud' | 'local',
): void {
  recorder.record({
    type: 'prompt.built',
    system: system.map(({ text }) => text),
    messages,
    marker,
    bytes: Buffer.byteLength(JSON.stringify([system, messages])),
    place,
  });
}

interface Seen {
  gathered: Gathered;
  /** Gathered by this sitting, and not what the log says of an earlier one. */
  isFresh: boolean;
  /** What was done since the model was asked last; it then sees what is another now. */
  told: string | null;
}

/** Recorded as it is sent, and joined to the last words as replaying will join it. */
function tell(
  { world, goal, recorder, request }: RunScope,
  thinker: Thinker,
  opening: Opening,
  { gathered, told }: Seen,
): Opening {
  const isLocal = thinker.port.place === 'local';
  const before = request.approved?.shown ?? new Map<string, string>();
  const items = gathered.items.filter(({ probe, digest }) => before.get(probe) !== digest);
  const snapshot = describeSnapshot({
    snapshot: { ...gathered, items },
    marker: opening.marker,
    now: world.clock.now(),
    zone: readTimeZone(world.env),
    isForCloud: !isLocal,
    isAllLocal: goal?.egress === 'local',
    budgetBytes: Math.min(DEFAULT_BUDGET_BYTES, thinker.profile.snapshotBytes),
    isWhole: true,
  });
  const content = [
    { type: 'text' as const, text: wordsOf(told, items.length > 0, snapshot, opening.marker) },
  ];
  recorder.record({
    type: 'message.added',
    message: { role: 'user', content },
    place: isLocal ? 'local' : 'cloud',
  });
  const last = opening.messages.at(-1);
  const messages: Message[] =
    last?.role === 'user'
      ? [...opening.messages.slice(0, -1), { role: 'user', content: [...last.content, ...content] }]
      : [...opening.messages, { role: 'user', content }];
  return { ...opening, messages };
}

function wordsOf(told: string | null, isOther: boolean, snapshot: string, marker: string): string {
  if (told === null) return `A new look, now:\n\n${snapshot}`;
  const seen = isOther
    ? `Before that, a new look; only what is another than when you were asked last:\n\n${snapshot}`
    : 'A new look before that found everything as it was.';
  return `What came of the change for which a person was asked:\n${fence(told, { marker, label: 'the change' })}\n\n${seen}`;
}

async function build(
  scope: RunScope,
  thinker: Thinker,
  gathered: Gathered,
  marker: string,
): Promise<BuiltPrompt> {
  const { world, goal, request, resumed } = scope;
  const facts: PromptFacts = {
    marker,
    now: world.clock.now(),
    zone: readTimeZone(world.env),
    host: world.host,
    cwd: world.cwd,
    modelPlace: thinker.port.place === 'local' ? 'local' : 'cloud',
    isAttended: scope.attendance !== null,
    autonomy: scope.autonomy,
    notes: await readNotes(scope),
    prompt: withTold(promptSoFar(request, resumed), resumed, marker),
    attachment: request.attachment,
    appendSystem: appended(request.appendSystemPrompt, request.outputSchema),
    snapshot: gathered.items.length === 0 ? null : gathered,
    trigger: resumed?.opened?.trigger ?? request.trigger,
    earlierRuns: await earlierRuns(scope),
    background: await gatherBackground(scope, gathered),
    budgetBytes: Math.min(DEFAULT_BUDGET_BYTES, thinker.profile.snapshotBytes),
  };
  const fragments = await shippedFragments();
  return goal === null
    ? buildPlainPrompt({ ...facts, prompt: facts.prompt ?? '' }, fragments)
    : buildPrompt({ ...facts, goal }, fragments);
}

function goOn(resumed: Replayed, scope: RunScope): Opening {
  return {
    system: resumed.system.map((text, index) => ({ text, isCacheEnd: index === 0 })),
    messages: withPrompt(resumed, scope),
    summaryPrompt: SUMMARY_PROMPT,
    // A log with messages has a prompt.built, unless it was damaged: then old fences are just text.
    marker: resumed.marker ?? fenceMarker(),
  };
}

/** Roles alternate: after results of tools the new words join them. The same as replaying `run.resumed` gives. */
function withPrompt(
  { messages, told, marker }: Replayed,
  { request: { prompt }, sitting }: RunScope,
): Message[] {
  const texts = describeSitting({ prompt, ...sitting }, told, marker);
  if (texts.length === 0) return messages;
  const words = texts.map((text) => ({ type: 'text' as const, text }));
  const last = messages.at(-1);
  if (last?.role !== 'user') return [...messages, { role: 'user', content: words }];
  return [...messages.slice(0, -1), { role: 'user', content: [...last.content, ...words] }];
}

/** What the operator ran before the first request goes with it. */
function withTold(prompt: string | null, resumed: Replayed | null, marker: string): string | null {
  const told = (resumed?.told ?? []).map((one) => describeTold(one, marker));
  return told.length === 0 ? prompt : [...told, ...(prompt === null ? [] : [prompt])].join('\n\n');
}

/** How the last runs of this goal ended: a fault that comes back every night is another one than a new one. */
async function earlierRuns({ world, goal, run }: RunScope): Promise<EarlierRun[]> {
  if (goal === null) return [];
  const runs = await listRuns(world.store, { goal: goal.name, limit: EARLIER_RUNS + 1 });
  return runs
    .filter((earlier) => earlier.run !== run)
    .slice(0, EARLIER_RUNS)
    .map(({ run: id, openedAt, outcome }) => ({ run: id.slice(0, 8), at: openedAt, outcome, summary: null }));
}

function appended(text: string | null, schema: Record<string, unknown> | null): string | null {
  if (schema === null) return text;
  const demand = demandOf(schema);
  return text === null ? demand : `${text}\n\n${demand}`;
}

/** New for every run, and unguessable for whoever wrote the text that it fences. */
function fenceMarker(): string {
  return randomUUID().replaceAll('-', '').slice(0, 16);
}
