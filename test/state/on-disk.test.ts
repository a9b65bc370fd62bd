import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClock, openDiskStore } from '../../src/host/index.ts';
import { sha256 } from '../../src/lib/digest.ts';
import { type ReadState, readHistory, readState, swapState } from '../../src/state/index.ts';
import { namedZone } from '../fakes/zone.ts';
import { scanned, source, T0 } from './make-state.ts';

const found = (...names: string[]) => ({
  services: names.map((name) => ({ id: name, name, status: 'running' })),
});

async function written() {
  const folder = mkdtempSync(join(tmpdir(), 'steward-state-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = openDiskStore(folder);
  const clock = createClock();
  const ports = { store, clock, zone: namedZone('Europe/Berlin') };
  const put = (at: number, ...names: string[]) =>
    swapState(ports, (current) => scanned(current, [source('s', found(...names), at)], { at }));
  await put(T0, 'a');
  const file = (name: string): string => join(folder, 'state', name);
  return { store, clock, ports, put, file, read: () => readState(store, clock) };
}

const names = ({ state }: ReadState): string[] | undefined => state?.services.map(({ name }) => name);

describe('state.json on disk', () => {
  it('is nothing before the first scan', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steward-state-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    expect(await readState(openDiskStore(folder), createClock())).toEqual({
      condition: 'missing',
      problem: 'nothing was scanned yet',
      state: null,
      digest: null,
    });
  });

  it('is sound, with a digest that sha256sum checks', async () => {
    const { read, file } = await written();
    const text = readFileSync(file('state.json'), 'utf8');
    expect(readFileSync(file('state.json.sha256'), 'utf8')).toBe(`${sha256(text)}  state.json\n`);
    expect(await read()).toMatchObject({ condition: 'sound', problem: null, digest: sha256(text) });
  });

  it('is healed by the newest digest of the history where a writer died between its two renames', async () => {
    const { put, read, file } = await written();
    const old = readFileSync(file('state.json.sha256'), 'utf8');
    await put(T0 + 1000, 'a', 'b');
    writeFileSync(file('state.json.sha256'), old);
    const healed = await read();
    expect([healed.condition, names(healed)]).toEqual(['healed', ['a', 'b']]);
    expect((await read()).condition).toBe('sound');
  });

  it('is what it was where a writer died after the history and before the file', async () => {
    const { put, read, file } = await written();
    const before = readFileSync(file('state.json'));
    const digest = readFileSync(file('state.json.sha256'));
    await put(T0 + 1000, 'b');
    writeFileSync(file('state.json'), before);
    writeFileSync(file('state.json.sha256'), digest);
    const state = await read();
    expect([state.condition, names(state)]).toEqual(['sound', ['a']]);
  });

  it('is told apart when somebody edits it, and what they wrote is kept when a scan replaces it', async () => {
    const { store, put, read, file } = await written();
    writeFileSync(
      file('state.json'),
      readFileSync(file('state.json'), 'utf8').replace('"status":"running"', '"status":"dancing"'),
    );
    const edited = await read();
    expect(edited).toMatchObject({ condition: 'edited', problem: expect.stringContaining('edited by hand') });
    expect(edited.state?.services[0]?.status).toBe('dancing');
    const { before, state } = await put(T0 + 1000, 'a');
    expect([before.condition, state.services[0]?.status]).toEqual(['edited', 'running']);
    expect((await readHistory(store)).map(({ tag }) => tag)).toEqual([null, 'edited-by-hand', null]);
  });

  it.each([
    ['half of it', (text: string) => text.slice(0, text.length / 2), 'broken', /cut off or damaged/],
    ['nothing in it', () => '', 'broken', /cut off or damaged/],
    [
      'another shape',
      () => '{"meta":{"schema_version":1}}',
      'broken',
      /edited by hand and is not valid: meta\.generated_at/,
    ],
    [
      'a newer schema',
      (text: string) => text.replace('"schema_version":1', '"schema_version":2'),
      'newer',
      /schema version 2/,
    ],
  ] as const)('with %s is not believed', async (_what, spoil, condition, problem) => {
    const { read, file } = await written();
    writeFileSync(file('state.json'), spoil(readFileSync(file('state.json'), 'utf8')));
    const seen = await read();
    expect(seen).toMatchObject({ condition, problem: expect.stringMatching(problem) });
    // What the history last held stands for what cannot be read; of a newer steward's file nothing is guessed.
    expect(names(seen)).toEqual(condition === 'newer' ? undefined : ['a']);
  });

  it('of a newer steward is never overwritten', async () => {
    const { put, file } = await written();
    writeFileSync(
      file('state.json'),
      readFileSync(file('state.json'), 'utf8').replace('"schema_version":1', '"schema_version":2'),
    );
    await expect(put(T0 + 1000, 'b')).rejects.toMatchObject({ code: 'newer-state', reason: 'input' });
    expect(readFileSync(file('state.json'), 'utf8')).toContain('"schema_version":2');
  });

  it('with a wrong checksum beside it is told apart from a cut-off writer', async () => {
    const { read, file } = await written();
    writeFileSync(file('state.json.sha256'), `${'0'.repeat(64)}  state.json\n`);
    expect((await read()).condition).toBe('healed');
    writeFileSync(file('state.json.sha256'), `${'0'.repeat(64)}  state.json\n`);
    writeFileSync(file('history.json'), '[]');
    expect((await read()).condition).toBe('edited');
  });

  it('is swapped by many at once without losing one', async () => {
    const { ports, read } = await written();
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        swapState(ports, (current) => {
          const next = scanned(current, []);
          return {
            ...next,
            providers: [
              ...(current?.providers ?? []),
              ...scanned(null, [source('p', { providers: [{ id: `p${index}`, name: `p${index}` }] })])
                .providers,
            ],
          };
        }),
      ),
    );
    expect((await read()).state?.providers).toHaveLength(12);
  });
});
