import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskStore } from '../../src/host/index.ts';
import { verifyRun } from '../../src/runs/index.ts';
import { type Sitting, sit } from '../system/killed-run.ts';
import { type ModelServer, startModelServer } from '../wire/index.ts';
import { buildCopy } from './kill/built-copy.ts';
import { play } from './kill/scripted-model.ts';
import { seeded } from './kill/seeded.ts';
import { makeSite, type Scenario, type Site } from './kill/site.ts';

const TIMES = process.env.STEWARD_SOAK === 'full' ? 200 : 20;

let folder: string;
let built: ReturnType<typeof buildCopy> | undefined;
let server: ModelServer | undefined;
const sites: Site[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-damaged-'));
  built = buildCopy();
  server = await startModelServer({
    dialect: 'anthropic',
    script: (request) => {
      const site = sites.find(({ work }) => JSON.stringify(request.body).includes(work));
      return site === undefined
        ? { text: 'Nothing is left of what I was asked.' }
        : play(site.plan, request).turn;
    },
  });
  for (const scenario of ['prompt', 'goal'] as const) await record(scenario, server.url);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
  if (built !== undefined) rmSync(built.root, { recursive: true, force: true });
});

async function record(scenario: Scenario, url: string): Promise<void> {
  const site = makeSite(folder, scenario, sites.length + 1, { url, cache: join(folder, 'cache') });
  sites.push(site);
  expect((await steward(site, site.state, site.start)).status).toBe(0);
}

function steward(site: Site, state: string, args: readonly string[]): Promise<Sitting> {
  const env = { ...site.env, STEWARD_STATE_DIR: state };
  return sit(built?.program ?? '', args, { cwd: site.work, env, log: site.log }, { at: 'end' });
}

describe('a damaged log', () => {
  it(`is told by verify, shown as far as it can be read, and gone on with, ${TIMES} times`, async () => {
    const random = seeded(7);
    const kinds = Object.entries(DAMAGES);
    const told = new Map<string, number>();
    for (let number = 0; number < TIMES; number++) {
      const site = sites[number % sites.length];
      const kind = kinds[number % kinds.length];
      if (site === undefined || kind === undefined) throw new Error('there is nothing to damage');
      const [name, change] = kind;
      await damage(site, { name: `${name} ${number}`, change }, random);
      told.set(name, (told.get(name) ?? 0) + 1);
    }
    console.log([...told].map(([kind, times]) => `${kind}: ${times}`).join('\n'));
  });
});

async function damage(
  site: Site,
  { name, change }: { name: string; change: Damage },
  random: () => number,
): Promise<void> {
  const whole = readFileSync(site.log);
  const { head } = await verifyRun(openDiskStore(site.state), site.run);
  const state = join(folder, 'damaged');
  const log = join(state, 'runs', `${site.run}.jsonl`);
  mkdirSync(join(state, 'runs'), { recursive: true, mode: 0o700 });
  const bytes = change(Buffer.from(whole), (below) => Math.floor(random() * below));
  expect(bytes.equals(whole), name).toBe(false);
  writeFileSync(log, bytes);
  const about = (step: string, { status, stderr }: Sitting) => `${name}, ${step}: ${status} ${stderr}`;

  const verified = await steward(site, state, ['runs', 'verify', site.run, '--head', head]);
  expect(verified.status, about('verify', verified)).toBe(1);
  expect(verified.stdout).toContain('does not hold');
  const shown = await steward(site, state, ['runs', 'show', site.run]);
  expect({ status: shown.status, stderr: shown.stderr }, name).toEqual({ status: 0, stderr: '' });
  const listed = await steward(site, state, ['runs', 'list']);
  expect(listed.stdout, about('list', listed)).toContain(site.run);

  const linesBefore = bytes.toString('latin1').split('\n').length;
  for (const words of [
    ['--resume', site.run],
    ['--resume', site.run, 'What do you know?'],
  ]) {
    const resumed = await steward(site, state, ['-p', ...words]);
    expect(resumed.stderr, about('resume', resumed)).not.toMatch(/a bug|Error:|\n {4}at /);
    // Any end but a crash: what is lost decides how far it comes.
    expect([0, 42, 52, 53, 60, 61], about('resume', resumed)).toContain(resumed.status);
  }
  // What is damaged stays and is told; what was added since holds.
  const { problems } = await verifyRun(openDiskStore(state), site.run);
  expect(problems.filter(({ line }) => line > linesBefore)).toEqual([]);
  rmSync(state, { recursive: true });
}

/** What happens to a file: `pick` gives a number below its argument. */
type Damage = (bytes: Buffer, pick: (below: number) => number) => Buffer;

const DAMAGES: Record<string, Damage> = {
  'a bit turned over': (bytes, pick) => {
    const at = pick(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
    return bytes;
  },
  'the end cut off': (bytes, pick) => bytes.subarray(0, pick(bytes.length)),
  'the end filled with zeros': (bytes, pick) => bytes.fill(0, pick(bytes.length)),
  'a piece taken out': (bytes, pick) => {
    const from = pick(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + pick(5_000))]);
  },
  'a line taken out': (bytes, pick) => inLines(bytes, (lines) => lines.toSpliced(pick(lines.length), 1)),
  'a line twice': (bytes, pick) =>
    inLines(bytes, (lines) => {
      const at = pick(lines.length);
      return lines.toSpliced(at, 0, lines[at] ?? '');
    }),
  'two lines in each other’s place': (bytes, pick) =>
    inLines(bytes, (lines) => {
      const at = pick(lines.length - 1);
      return lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? '');
    }),
  'the first line gone': (bytes) => inLines(bytes, (lines) => lines.slice(1)),
  'foreign bytes put in': (bytes, pick) => {
    const at = pick(bytes.length);
    const foreign = Buffer.from(Array.from({ length: 1 + pick(300) }, () => pick(256)));
    return Buffer.concat([bytes.subarray(0, at), foreign, bytes.subarray(at)]);
  },
  'an event of nobody’s': (bytes, pick) =>
    inLines(bytes, (lines) => lines.toSpliced(pick(lines.length), 0, '{"event":{"type":"x"}}')),
};

function inLines(bytes: Buffer, change: (lines: string[]) => string[]): Buffer {
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  return Buffer.from(
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
    'latin1',
  );
}
