import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import type { EventType, RunEvent } from '../../src/protocol/event.ts';
import { ENDINGS } from '../../src/protocol/outcome.ts';
import { verifyRun } from '../../src/runs/index.ts';
import { type Blow, eventsOf, type Sitting, sit } from '../system/killed-run.ts';
import { type ModelServer, startModelServer, type Turn, type WireRequest } from '../wire/index.ts';
import { buildCopy } from './kill/built-copy.ts';
import { firstWords, play } from './kill/scripted-model.ts';
import { seeded } from './kill/seeded.ts';
import { makeSite, miscounted, type Scenario, type Site } from './kill/site.ts';

const isFull = process.env.STEWARD_SOAK === 'full';
const MOMENTS = isFull ? 200 : 20;
const SEED = 20;
/** In the full campaign each kind of event was the last one in the log this often. */
const AT_LEAST = 3;

let folder: string;
let built: ReturnType<typeof buildCopy>;
let server: ModelServer;
const sites = new Map<string, Site>();
const surprises: string[] = [];
const overloaded = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-killed-'));
  built = buildCopy();
  server = await startModelServer({ dialect: 'anthropic', script: answer });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
  if (built !== undefined) rmSync(built.root, { recursive: true, force: true });
});

function answer(request: WireRequest): Turn {
  const work = /workdir=(\S+)/.exec(firstWords(request))?.[1] ?? '';
  const site = sites.get(work);
  if (site === undefined) {
    surprises.push(`a request about no site: ${firstWords(request).slice(0, 500)}`);
    return { fault: 'status', status: 400 };
  }
  const played = play(site.plan, request);
  surprises.push(...played.surprises.map((text) => `${site.run}: ${text}`));
  if (!played.failsOnce || overloaded.has(work)) return played.turn;
  overloaded.add(work);
  return { fault: 'status', status: 529 };
}

describe('steward, killed', () => {
  it(`goes on at ${MOMENTS} moments: the log holds, the job is done, no effect is done twice`, async () => {
    const campaign = createCampaign();
    const references = {
      prompt: await complete(newSite('prompt')),
      goal: await complete(newSite('goal')),
    };
    for (let number = 0; campaign.moments() < MOMENTS; number++) {
      const site = newSite(campaign.scenario(number));
      await attack(site, references[site.scenario], campaign, number);
    }
    console.log(campaign.histogram());
    expect(surprises).toEqual([]);
    expect(campaign.moments()).toBe(MOMENTS);
    if (isFull) {
      const kinds = new Set([...references.prompt.kinds, ...references.goal.kinds]);
      for (const kind of ['log.repaired', 'run.resumed'] as const) kinds.add(kind);
      const rare = [...kinds].filter((kind) => campaign.count(kind) < AT_LEAST);
      expect(rare).toEqual([]);
    }
  });
});

/** A run that nobody kills: which kinds of events come in which order, and how long it takes. */
interface Reference {
  kinds: EventType[];
  durationMs: number;
}

function newSite(scenario: Scenario): Site {
  const site = makeSite(folder, scenario, sites.size + 1, { url: server.url, cache: join(folder, 'cache') });
  sites.set(site.work, site);
  return site;
}

async function complete(site: Site): Promise<Reference> {
  const sitting = await sitAt(site, site.start, { at: 'end' });
  await checkDone(site, sitting);
  return { kinds: eventsOf(site.log).map(({ type }) => type), durationMs: sitting.durationMs };
}

function sitAt(site: Site, args: readonly string[], blow: Blow): Promise<Sitting> {
  return sit(built.program, args, { cwd: site.work, env: site.env, log: site.log }, blow);
}

/** One run, killed again and again, and then let be. */
async function attack(site: Site, reference: Reference, campaign: Campaign, number: number): Promise<void> {
  let blow = campaign.firstBlow(number, reference);
  let sitting = await sitAt(site, site.start, blow);
  for (let later = 0; sitting.signal === 'SIGKILL'; later++) {
    const events = eventsOf(site.log);
    campaign.tell(events.at(-1)?.type ?? 'nothing', { isResumed: later > 0, isByClock: blow.at === 'time' });
    await checkKilled(site, events);
    if (events.at(-1)?.type === 'run.closed') return checkClosed(site);
    const args = events.length === 0 ? site.start : site.resume;
    blow = campaign.laterBlow(number, later, reference);
    sitting = await sitAt(site, args, blow);
  }
  await checkDone(site, sitting);
}

/** Whatever was hit, the log has at most a last line that was not finished. */
async function checkKilled(site: Site, events: readonly RunEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { problems } = await verifyRun(openDiskStore(site.state), site.run);
  expect(problems.filter(({ problem }) => !problem.startsWith('ends in the middle'))).toEqual([]);
}

/** Everything was done and written before it was killed: to go on with it is refused, and changes nothing. */
async function checkClosed(site: Site): Promise<void> {
  const before = eventsOf(site.log).length;
  const again = await sitAt(site, site.resume, { at: 'end' });
  expect(again.stderr).toContain('has given its answer already');
  expect(eventsOf(site.log)).toHaveLength(before);
  await checkDone(site, { ...again, status: null });
}

async function checkDone(site: Site, sitting: Sitting): Promise<void> {
  const events = eventsOf(site.log);
  const about = `${site.scenario} ${site.run}: status ${sitting.status} ${sitting.stderr}\n${events.map(describeEvent).join('\n')}`;
  expect(miscounted(site), about).toEqual([]);
  expect(repeatedWithoutReason(events), about).toEqual([]);
  expect(events.at(-1)?.type, about).toBe('run.closed');
  const hasUnknown = events.some((event) => event.type === 'step.unknown' && event.effect !== 'observe');
  // Of a plain prompt whose command ended unseen nothing is proved; a goal is proved by its checks.
  const expected = site.scenario === 'prompt' && hasUnknown ? 'cannot-tell' : SUCCESS[site.scenario];
  const closed = events.findLast((event) => event.type === 'run.closed');
  expect(closed?.reason, about).toBe(expected);
  if (sitting.status !== null) expect(sitting.status, about).toBe(ENDINGS[expected].exitCode);
  const verified = execFileSync(built.program, ['runs', 'verify', site.run], { env: site.env });
  expect(verified.toString()).toContain('holds');
}

/** Effects that were begun again although the log says that they were done and seen. */
function repeatedWithoutReason(events: readonly RunEvent[]): string[] {
  const seen = new Map<string, 'begun' | 'done'>();
  const lost = new Set<string>();
  const commands = new Map<string, string>();
  const repeated: string[] = [];
  for (const event of events) {
    if (event.type === 'step.started' && event.effect !== 'observe') {
      const isKnown = seen.get(event.command) !== undefined && !lost.has(event.command);
      if (isKnown) repeated.push(event.command);
      seen.set(event.command, 'begun');
      commands.set(event.step, event.command);
      lost.delete(event.command);
    }
    const command = 'step' in event ? commands.get(event.step) : undefined;
    if (event.type === 'step.unknown' && command !== undefined) lost.add(command);
    if (event.type === 'step.finished' && command !== undefined && !event.ok) lost.add(command);
  }
  return repeated;
}

function describeEvent(event: RunEvent): string {
  return JSON.stringify(event).slice(0, 300);
}

const SUCCESS = { prompt: 'reported', goal: 'fixed' } as const;

type Campaign = ReturnType<typeof createCampaign>;

/** Chooses the moments from a seed: half at random times, half where a kind of event was seldom the last one. */
function createCampaign() {
  const random = seeded(SEED);
  const counts = new Map<string, { first: number; resumed: number }>();
  let moments = 0;
  /** How many of them the seed chose by the clock. */
  let byClock = 0;
  const count = (kind: string) => {
    const { first, resumed } = counts.get(kind) ?? { first: 0, resumed: 0 };
    return first + resumed;
  };
  const atRandom = (durationMs: number): Blow => ({ at: 'time', ms: random() * durationMs });

  function steered({ kinds }: Reference): Blow {
    const rarest = Math.min(...kinds.map(count));
    const wanted = kinds.flatMap((kind, index) => (count(kind) === rarest ? [index + 1] : []));
    const line = wanted[Math.floor(random() * wanted.length)] ?? 1;
    return line === kinds.length ? { at: 'close' } : { at: 'line', line: line + 1 };
  }

  return {
    moments: () => moments,
    count,
    scenario: (number: number): Scenario => (number % 5 < 3 ? 'goal' : 'prompt'),
    firstBlow(number: number, reference: Reference): Blow {
      return number % 3 === 2 ? atRandom(reference.durationMs) : steered(reference);
    },
    /** While it resumes, too: its repair is the first thing it writes, `run.resumed` the second. */
    laterBlow(number: number, later: number, reference: Reference): Blow {
      if (moments >= MOMENTS || later >= 2) return { at: 'end' };
      const isEarly = (number + later) % 3 === 0;
      if (!isEarly) return atRandom(reference.durationMs * 0.7);
      return { at: 'line', line: count('log.repaired') <= count('run.resumed') ? 2 : 3 };
    },
    tell(kind: string, { isResumed, isByClock }: { isResumed: boolean; isByClock: boolean }) {
      moments += 1;
      if (isByClock) byClock += 1;
      const { first, resumed } = counts.get(kind) ?? { first: 0, resumed: 0 };
      counts.set(kind, isResumed ? { first, resumed: resumed + 1 } : { first: first + 1, resumed });
    },
    histogram() {
      const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
      const lines = rows.map(
        ([kind, { first, resumed }]) =>
          `${kind.padEnd(18)} ${String(first + resumed).padStart(3)}  (${resumed} of them in a resumed sitting)`,
      );
      return [`${moments} kills, ${byClock} at random times, by the last event in the log:`, ...lines].join(
        '\n',
      );
    },
  };
}
